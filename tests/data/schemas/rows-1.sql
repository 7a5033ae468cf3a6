-- One row or more of every table, as a release of schema 1 wrote them.
INSERT INTO library (uuid, created_at, sequence)
    VALUES ('00000001-0000-4000-8000-000000000000', 1700000001.5, 55);
INSERT INTO documents (sequence, id, name, source_path, master_sha256, width, height, format, depth, created_at, row_hash)
    VALUES (1, '00000002-0000-4000-8000-000000000000', 'harbour.tif', '/pictures/harbour.tif', '3c355dbbb1a55a28cda4c82cd90edd9cb3e33d464d97b78151d03345d0e0f3e4', 4000, 3000, 'TIFF', 16, 1700000002.5, '2fd8147ded4dd0e18ddd44543c5b87883a971cef69b69e60c64b4344717e0700');
INSERT INTO documents (sequence, id, name, source_path, master_sha256, width, height, format, depth, created_at, row_hash)
    VALUES (3, '00000004-0000-4000-8000-000000000000', 'Müller portrait.jpg', '/pictures/Müller portrait.jpg', 'd8d4e17bc1b9d2841b29e14e8fe9c71c42237165a221d5ef203c83f45f40a0b6', 4000, 3000, 'TIFF', 16, 1700000003.5, '5d6b8677ced8ee78a697ec30176d37a7a85750ed83231c1a770278c521198061');
INSERT INTO versions (sequence, id, document_id, parent_ids, layers, job_id, title, practice, created_at, row_hash)
    VALUES (2, '00000003-0000-4000-8000-000000000000', '00000002-0000-4000-8000-000000000000', '[]', '[]', NULL, 'Original', 0, 1700000002.5, '03c21040e9599467b028f87d430ff23e58fcdbaab214e546b748bdd0077ae3bd');
INSERT INTO versions (sequence, id, document_id, parent_ids, layers, job_id, title, practice, created_at, row_hash)
    VALUES (4, '00000005-0000-4000-8000-000000000000', '00000004-0000-4000-8000-000000000000', '[]', '[]', NULL, 'Original', 0, 1700000003.5, '1013d2c085a7329fd132e21a1cbc06ded54ee299a1cbb24321aadcedc3b17076');
INSERT INTO versions (sequence, id, document_id, parent_ids, layers, job_id, title, practice, created_at, row_hash)
    VALUES (37, '0000000d-0000-4000-8000-000000000000', '00000002-0000-4000-8000-000000000000', '["00000003-0000-4000-8000-000000000000"]', '[{"result_id":"0000000c-0000-4000-8000-000000000000","placement":[2.8735632183908044,0.0,0,0.0,2.992021276595745,375],"mask_sha256":null,"opacity":1.0,"blend":"normal","visible":true}]', '0000000b-0000-4000-8000-000000000000', 'Paint it done', 0, 1700000022.5, '1bf6d3dbe68a8e3f6eb0229cafbc0ee3625925d82d21f59968f5f7ec42ebeca9');
INSERT INTO document_state (document_id, current_version_id, never_send, draft, activity)
    VALUES ('00000002-0000-4000-8000-000000000000', '0000000d-0000-4000-8000-000000000000', 0, '{"guidance_scale":4.5,"seed":7,"prompt":"Make the sky \u201cdeeper\u201d.","aspect_ratio":"16:9","seed_locked":true,"count":2}', 55);
INSERT INTO document_state (document_id, current_version_id, never_send, draft, activity)
    VALUES ('00000004-0000-4000-8000-000000000000', '00000005-0000-4000-8000-000000000000', 0, NULL, 4);
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash)
    VALUES (6, '00000006-0000-4000-8000-000000000000', 'batch-queued', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it queued.', 3.5, NULL, 1, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'queued', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000005.5, 1700000005.5, 1700000005.5, NULL, NULL, NULL, NULL, '[]', '[]', NULL, 0, 0, NULL, '43f755698a169c74716d2b1bfd42fe09adf7b72aa985930ec86a390b3ea111b7');
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash)
    VALUES (9, '00000007-0000-4000-8000-000000000000', 'batch-sending', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it sending.', 3.5, NULL, 2, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'sending', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000006.5, 1700000007.5, 1700000006.5, NULL, NULL, NULL, NULL, '[]', '[]', NULL, 0, 0, NULL, 'ba83fb45e1ea899a19b4c2dc07c3760385cf53838b811d40ae2908ea512d9634');
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash)
    VALUES (13, '00000008-0000-4000-8000-000000000000', 'batch-unsure', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it unsure.', 3.5, NULL, 3, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'unsure', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000008.5, 1700000010.5, 1700000008.5, NULL, NULL, NULL, NULL, '[]', '[]', NULL, 0, 0, NULL, 'ea5ef04823841c4703b031c7ecde4a4376da3d0fdcd13eefa467c455a11d3da1');
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash)
    VALUES (18, '00000009-0000-4000-8000-000000000000', 'batch-running', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it running.', 3.5, NULL, 4, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'https://api.wavespeed.ai', 0, 'running', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000011.5, 1700000013.5, 1700000011.5, NULL, NULL, 1700000100.25, 'prediction-running', '[]', '[]', NULL, 0, 0, NULL, 'd92987ccd7f325d1ee621166c4df284f3391d00fdbc5862bb4c77cb743a0be87');
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash)
    VALUES (23, '0000000a-0000-4000-8000-000000000000', 'batch-downloading', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it downloading.', 3.5, NULL, 5, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'downloading', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000014.5, 1700000017.5, 1700000014.5, NULL, NULL, 1700000100.25, 'prediction-downloading', '[]', '[]', NULL, 0, 0, NULL, 'c6a141c6641baef2cb35eba7f355959ee2521388b1502b878eda1f6710f4252a');
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash)
    VALUES (29, '0000000b-0000-4000-8000-000000000000', 'batch-done', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it done.', 3.5, '16:9', 6, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'https://api.wavespeed.ai', 0, 'done', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000018.5, 1700000022.5, 1700000018.5, NULL, NULL, 1700000100.25, 'prediction-done', '[]', '[]', NULL, 0, 0, NULL, '5d324cd13a52f362e28663e2eac926d59fb1f6659442b93f5c6b429cb1e2dcff');
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash)
    VALUES (39, '0000000e-0000-4000-8000-000000000000', 'batch-failed', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it failed.', 3.5, NULL, 7, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'https://api.wavespeed.ai', 0, 'failed', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000023.5, 1700000025.5, 1700000023.5, NULL, NULL, NULL, NULL, '[]', '[]', NULL, 0, 0, '{"kind":"failed","message":"It failed.","hint":"Try again."}', '1ab473ed22b87c1cffd58715827f4612c6e3e889fdad8e4fdc9d5965384d181f');
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash)
    VALUES (45, '0000000f-0000-4000-8000-000000000000', 'batch-expired', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it expired.', 3.5, NULL, 8, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'expired', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000027.5, 1700000030.5, 1700000027.5, NULL, NULL, 1700000100.25, 'prediction-expired', '[]', '[]', NULL, 0, 0, NULL, '531bab2b8527ae7effe0cdf6ea3014ff669aadd7b75eaf99f66bc2b354cc27c9');
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash)
    VALUES (51, '00000010-0000-4000-8000-000000000000', 'batch-cancelled', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it cancelled.', 3.5, NULL, 9, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'cancelled', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000031.5, 1700000032.5, 1700000031.5, NULL, NULL, NULL, NULL, '[]', '[]', NULL, 0, 0, NULL, '36b3229828b3fff5a2a8482ade9c7619a7f0ca80cc0dc1a9d43fe742e36cb55f');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (7, '00000006-0000-4000-8000-000000000000', 1700000005.5, 'queued', 'asked for', '833f37b3fc5719116b900c78759e40550536b1df570362a78e68b271193a91b4');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (10, '00000007-0000-4000-8000-000000000000', 1700000006.5, 'queued', 'asked for', '2de225e5af6d7e17fd59a200a6f79a6821050010267c4443639db8c485f407d8');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (12, '00000007-0000-4000-8000-000000000000', 1700000007.5, 'sending', 'to sending', '82d6cc7a971c997fba4fd30bf48675a2a0933238f785422bda017c9bea6cc3ee');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (14, '00000008-0000-4000-8000-000000000000', 1700000008.5, 'queued', 'asked for', 'dd2d66c401012430b5b2595fdf4c26644a95a3216dbbb4093b585bcfa55fe257');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (16, '00000008-0000-4000-8000-000000000000', 1700000009.5, 'sending', 'to sending', 'dea9c50678cea78aec2d752188eb997d2ebe63b7fd901329102b330a259ab87e');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (17, '00000008-0000-4000-8000-000000000000', 1700000010.5, 'unsure', 'to unsure', '1c61af73b2ba62d742ef62f02995f4ee4709c24f8a2edd9f0d5ddbe3aa31df14');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (19, '00000009-0000-4000-8000-000000000000', 1700000011.5, 'queued', 'asked for', 'dc88c981411c45bd546d76068ed56879443c5f7122f9b41c14bbddc371438731');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (21, '00000009-0000-4000-8000-000000000000', 1700000012.5, 'sending', 'to sending', '2a94f4d6423dab9570013649a7034bfe4714090aeeed2e3a661923846807f7f3');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (22, '00000009-0000-4000-8000-000000000000', 1700000013.5, 'running', 'to running', '6b471a42069cb4e25a08ed8dc21db60065fdaf7db141f7f0b668f882fce220fc');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (24, '0000000a-0000-4000-8000-000000000000', 1700000014.5, 'queued', 'asked for', '17395bc987bb08c2a21d65e21552384437caf64e2066434c4f952a17af5e3f12');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (26, '0000000a-0000-4000-8000-000000000000', 1700000015.5, 'sending', 'to sending', '059d3bce956085153ce99870979b47bf15d37c60f2997e7d0881ffd2b12d5512');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (27, '0000000a-0000-4000-8000-000000000000', 1700000016.5, 'running', 'to running', '4d4dea1c4fac2b35c76c536e64273a87d2fe329ff2d943eb21ae4b06ce144ea8');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (28, '0000000a-0000-4000-8000-000000000000', 1700000017.5, 'downloading', 'to downloading', '28a5a505efb5dd972cd989a030d3836b3189ff9785266e092df76df25528b719');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (30, '0000000b-0000-4000-8000-000000000000', 1700000018.5, 'queued', 'asked for', 'a3ecf5967453079d99a1b0fb8fca4dd3727160b24714ac8a62cdbd38d38c573c');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (32, '0000000b-0000-4000-8000-000000000000', 1700000019.5, 'sending', 'to sending', 'dc6cf63f385977fbd678119def52b53c54590ccddafe6b475d81ac82d141397a');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (33, '0000000b-0000-4000-8000-000000000000', 1700000020.5, 'running', 'to running', '9c02d1eea1ae00371256454f992d08a9214d2f38e518a4181bb43ca01da129f0');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (34, '0000000b-0000-4000-8000-000000000000', 1700000021.5, 'downloading', 'to downloading', 'b35d06d72f4a232143c929a906d4ffdb4c14f65011231967aa5a8c1a1f844ddb');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (35, '0000000b-0000-4000-8000-000000000000', 1700000022.5, 'done', 'received', 'c776869c859d02f4902efc3476a90d563cbadf8c384dedea6862e291557adff4');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (40, '0000000e-0000-4000-8000-000000000000', 1700000023.5, 'queued', 'asked for', '6be78a233614404dde5e3d815e192d02a029ba1b68c7f67c553d31b1695e9b7c');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (42, '0000000e-0000-4000-8000-000000000000', 1700000024.5, 'sending', 'to sending', '40952e14c26d992abebd1671a9be574aa096c33ed32ecb92fa16f413fcdbaf56');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (43, '0000000e-0000-4000-8000-000000000000', 1700000025.5, 'failed', 'to failed', '7d680b71e5852c6bc8d6a2c1138841ed06e72ff8d3ccc5bb15e7e5a0690508e7');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (46, '0000000f-0000-4000-8000-000000000000', 1700000027.5, 'queued', 'asked for', '0d335c8083b8320d48d9725d5d527f05388dba18850a5a60b0d5740a3b926062');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (48, '0000000f-0000-4000-8000-000000000000', 1700000028.5, 'sending', 'to sending', '542f84ce2050ea9607f48fe8bb739352a16aa9a1d580eb5fa6b7a42ca8c6e3bd');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (49, '0000000f-0000-4000-8000-000000000000', 1700000029.5, 'running', 'to running', '3d364a152961fac1bc11143c197cc2a032cd2f08ea75f0fd87ac1de345f30061');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (50, '0000000f-0000-4000-8000-000000000000', 1700000030.5, 'expired', 'to expired', '506c42ce5af739241da4183fe75d4aaafd32d0fe1f71181caeb7f0a6216eda6e');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (52, '00000010-0000-4000-8000-000000000000', 1700000031.5, 'queued', 'asked for', '3d812bddf61722905983ff6728eb5e8dfa1e841a6bdb0e3a72aa0f5d5136ab35');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (54, '00000010-0000-4000-8000-000000000000', 1700000032.5, 'cancelled', 'to cancelled', 'e724f8e892cb2b6826c002ded94e73ab0133c4e9c0854bd64cafde11f26ad389');
INSERT INTO results (sequence, id, job_id, output_index, sha256, length, width, height, format, frame, endpoint, practice, model_id, prediction_id, seed, price, server_seconds, wall_seconds, nsfw, created_at, row_hash)
    VALUES (36, '0000000c-0000-4000-8000-000000000000', '0000000b-0000-4000-8000-000000000000', 0, '8ef99d17b420fd37a306ac016be950cab3836d24f801fb29c09b29d6538e9146', 8, 1392, 752, 'PNG', '[0,375,4000,2250]', 'https://api.wavespeed.ai', 0, 'wavespeed-ai/flux-kontext-max', 'prediction-done', 6, 80000, NULL, 4.0, 0, 1700000022.5, 'b21a9d909c5d76dbbd6acf4669fbccbcad07b8bf6276f598b5a78c30be6deef8');
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('00000006-0000-4000-8000-000000000000', 'practice', 1, 80000, 'no', 1700000005.5);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('00000007-0000-4000-8000-000000000000', 'practice', 1, 80000, 'maybe', 1700000006.5);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('00000008-0000-4000-8000-000000000000', 'practice', 1, 80000, 'maybe', 1700000008.5);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('00000009-0000-4000-8000-000000000000', 'https://api.wavespeed.ai', 0, 80000, 'yes', 1700000100.25);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('0000000a-0000-4000-8000-000000000000', 'practice', 1, 80000, 'yes', 1700000100.25);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('0000000b-0000-4000-8000-000000000000', 'https://api.wavespeed.ai', 0, 80000, 'yes', 1700000100.25);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('0000000e-0000-4000-8000-000000000000', 'https://api.wavespeed.ai', 0, 80000, 'no', 1700000023.5);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('0000000f-0000-4000-8000-000000000000', 'practice', 1, 80000, 'yes', 1700000100.25);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('00000010-0000-4000-8000-000000000000', 'practice', 1, 80000, 'no', 1700000031.5);
INSERT INTO charge_events (sequence, job_id, at, amount, note, row_hash)
    VALUES (44, '0000000e-0000-4000-8000-000000000000', 1700000026.5, 80000, 'seen in the billing rows', 'a6ec55ad42295935fe7d78663fbfe318bb15506348adb09a7d392352e9f05347');
INSERT INTO annotations (sequence, version_id, name, rating, flag, note, tags)
    VALUES (900, '0000000d-0000-4000-8000-000000000000', 'Hero', 4, 'pick', 'for the cover', '["Boat","cover shot"]');
INSERT INTO search (rowid, text, document_id)
    VALUES (1, 'harbour.tif', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (3, 'Müller portrait.jpg', '00000004-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (6, 'Keep the boat. Paint it queued.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (9, 'Keep the boat. Paint it sending.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (13, 'Keep the boat. Paint it unsure.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (18, 'Keep the boat. Paint it running.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (23, 'Keep the boat. Paint it downloading.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (29, 'Keep the boat. Paint it done.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (37, 'Paint it done', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (39, 'Keep the boat. Paint it failed.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (45, 'Keep the boat. Paint it expired.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (51, 'Keep the boat. Paint it cancelled.', '00000002-0000-4000-8000-000000000000');
