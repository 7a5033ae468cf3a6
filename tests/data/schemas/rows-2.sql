-- One row or more of every table, as a release of schema 2 wrote them.
INSERT INTO library (uuid, created_at, sequence, never_send)
    VALUES ('00000001-0000-4000-8000-000000000000', 1700000001.5, 58, 0);
INSERT INTO documents (sequence, id, name, source_path, master_sha256, width, height, format, depth, created_at, row_hash)
    VALUES (1, '00000002-0000-4000-8000-000000000000', 'harbour.tif', '/pictures/harbour.tif', '3c355dbbb1a55a28cda4c82cd90edd9cb3e33d464d97b78151d03345d0e0f3e4', 4000, 3000, 'TIFF', 16, 1700000002.5, '2fd8147ded4dd0e18ddd44543c5b87883a971cef69b69e60c64b4344717e0700');
INSERT INTO documents (sequence, id, name, source_path, master_sha256, width, height, format, depth, created_at, row_hash)
    VALUES (3, '00000004-0000-4000-8000-000000000000', 'Müller portrait.jpg', '/pictures/Müller portrait.jpg', 'd8d4e17bc1b9d2841b29e14e8fe9c71c42237165a221d5ef203c83f45f40a0b6', 4000, 3000, 'TIFF', 16, 1700000003.5, '5d6b8677ced8ee78a697ec30176d37a7a85750ed83231c1a770278c521198061');
INSERT INTO versions (sequence, id, document_id, parent_ids, layers, job_id, title, practice, created_at, row_hash)
    VALUES (2, '00000003-0000-4000-8000-000000000000', '00000002-0000-4000-8000-000000000000', '[]', '[]', NULL, 'Original', 0, 1700000002.5, '03c21040e9599467b028f87d430ff23e58fcdbaab214e546b748bdd0077ae3bd');
INSERT INTO versions (sequence, id, document_id, parent_ids, layers, job_id, title, practice, created_at, row_hash)
    VALUES (4, '00000005-0000-4000-8000-000000000000', '00000004-0000-4000-8000-000000000000', '[]', '[]', NULL, 'Original', 0, 1700000003.5, '1013d2c085a7329fd132e21a1cbc06ded54ee299a1cbb24321aadcedc3b17076');
INSERT INTO versions (sequence, id, document_id, parent_ids, layers, job_id, title, practice, created_at, row_hash)
    VALUES (40, '0000000d-0000-4000-8000-000000000000', '00000002-0000-4000-8000-000000000000', '["00000003-0000-4000-8000-000000000000"]', '[{"result_id":"0000000c-0000-4000-8000-000000000000","placement":[2.8735632183908044,0.0,0,0.0,2.992021276595745,375],"mask_sha256":null,"opacity":1.0,"blend":"normal","visible":true}]', '0000000b-0000-4000-8000-000000000000', 'Paint it done', 0, 1700000025.5, '602ca59fcaa6777a65304d57f2796251b8ee767e8bc27614ef25ca2a31f92115');
INSERT INTO document_state (document_id, current_version_id, never_send, draft, activity, client)
    VALUES ('00000002-0000-4000-8000-000000000000', '0000000d-0000-4000-8000-000000000000', 0, '{"guidance_scale":4.5,"seed":7,"prompt":"Make the sky \u201cdeeper\u201d.","aspect_ratio":"16:9","seed_locked":true,"count":2}', 58, 'A. Client');
INSERT INTO document_state (document_id, current_version_id, never_send, draft, activity, client)
    VALUES ('00000004-0000-4000-8000-000000000000', '00000005-0000-4000-8000-000000000000', 1, NULL, 7, '');
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash, account, clock_offset, unsure_since, quarantine)
    VALUES (8, '00000006-0000-4000-8000-000000000000', 'batch-queued', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it queued.', 3.5, NULL, 1, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'queued', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000007.5, 1700000007.5, 1700000007.5, NULL, NULL, NULL, NULL, '[]', '[]', NULL, 0, 0, NULL, 'ba3368c56dde1d634ad2bd6e449a6bad18aa850d819d98347d4b7951f7beb01a', NULL, NULL, NULL, NULL);
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash, account, clock_offset, unsure_since, quarantine)
    VALUES (11, '00000007-0000-4000-8000-000000000000', 'batch-sending', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it sending.', 3.5, NULL, 2, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'sending', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000008.5, 1700000009.5, 1700000008.5, NULL, NULL, NULL, NULL, '[]', '[]', NULL, 0, 0, NULL, '42e69fdcd14668c1ffd1211eeb46e4e8ebeab5a4b6a8fce402eb4391d4e14ae4', '0badcafe', 1.5, NULL, NULL);
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash, account, clock_offset, unsure_since, quarantine)
    VALUES (15, '00000008-0000-4000-8000-000000000000', 'batch-unsure', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it unsure.', 3.5, NULL, 3, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'unsure', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000010.5, 1700000012.5, 1700000010.5, NULL, NULL, NULL, NULL, '[]', '[]', NULL, 0, 0, NULL, '22ecc74f5cc1e607724bdaae4030a8529f2370072f29d0631a7183581e28f3a2', '0badcafe', 1.5, 1700000200.0, NULL);
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash, account, clock_offset, unsure_since, quarantine)
    VALUES (21, '00000009-0000-4000-8000-000000000000', 'batch-running', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it running.', 3.5, NULL, 4, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'https://api.wavespeed.ai', 0, 'running', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000014.5, 1700000016.5, 1700000014.5, NULL, NULL, 1700000100.25, 'prediction-running', '[]', '[]', NULL, 0, 0, NULL, '0808cae9ea8b684c1d33d12fccffcde54b7423f05e2e7898fee0dcfb19bfe337', '0badcafe', 1.5, NULL, NULL);
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash, account, clock_offset, unsure_since, quarantine)
    VALUES (26, '0000000a-0000-4000-8000-000000000000', 'batch-downloading', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it downloading.', 3.5, NULL, 5, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'downloading', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000017.5, 1700000020.5, 1700000017.5, NULL, NULL, 1700000100.25, 'prediction-downloading', '[]', '[]', NULL, 0, 0, NULL, 'daeecb9877b30c7eb8f260acf06760cab376ab18eeea2da4eae7c8b99f8f45e1', '0badcafe', 1.5, NULL, NULL);
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash, account, clock_offset, unsure_since, quarantine)
    VALUES (32, '0000000b-0000-4000-8000-000000000000', 'batch-done', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it done.', 3.5, '16:9', 6, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'https://api.wavespeed.ai', 0, 'done', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000021.5, 1700000025.5, 1700000021.5, NULL, NULL, 1700000100.25, 'prediction-done', '[]', '[]', NULL, 0, 0, NULL, '91e4fc7bb7eab9c130b5930b2f2323e882ac686f1602338c76375c80cd8f348f', '0badcafe', 1.5, NULL, NULL);
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash, account, clock_offset, unsure_since, quarantine)
    VALUES (42, '0000000e-0000-4000-8000-000000000000', 'batch-failed', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it failed.', 3.5, NULL, 7, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'https://api.wavespeed.ai', 0, 'failed', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000026.5, 1700000028.5, 1700000026.5, NULL, NULL, NULL, NULL, '[]', '[]', NULL, 0, 0, '{"kind":"failed","message":"It failed.","hint":"Try again."}', '8e4ceae148fb2162d129bd78cd7ca0f54603cdbf9615f082d638987e9e2856e2', '0badcafe', 1.5, NULL, NULL);
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash, account, clock_offset, unsure_since, quarantine)
    VALUES (48, '0000000f-0000-4000-8000-000000000000', 'batch-expired', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it expired.', 3.5, NULL, 8, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'expired', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000030.5, 1700000033.5, 1700000030.5, NULL, NULL, 1700000100.25, 'prediction-expired', '[]', '[]', NULL, 0, 0, NULL, 'e58327ee363a4dae0f02e1ebb89f1c0ffbe01a43e9fa0929e16e2936bcc83517', '0badcafe', 1.5, NULL, '["9ed97c950c330a5b556b00fe9d46390594f0a34437886edd034c323444fbd7d8"]');
INSERT INTO jobs (sequence, id, batch_id, document_id, model_id, prompt, guidance_scale, aspect_ratio, seed, parent_version_id, frame, endpoint, practice, state, price, input_sha256, input_length, created_at, updated_at, permitted_at, upload_url, uploaded_at, sent_at, prediction_id, output_urls, nsfw, server_seconds, looks, hidden, problem, row_hash, account, clock_offset, unsure_since, quarantine)
    VALUES (54, '00000010-0000-4000-8000-000000000000', 'batch-cancelled', '00000002-0000-4000-8000-000000000000', 'wavespeed-ai/flux-kontext-max', 'Keep the boat. Paint it cancelled.', 3.5, NULL, 9, '00000003-0000-4000-8000-000000000000', '[0,375,4000,2250]', 'practice', 1, 'cancelled', 80000, '7afbb3347fb7252e533d58d99d72d9106fc6fdb3f30df23fa70b764c15ac42c5', 4, 1700000034.5, 1700000035.5, 1700000034.5, NULL, NULL, NULL, NULL, '[]', '[]', NULL, 0, 0, NULL, 'e214c4a939840c743e1665cf5de9430a22707e5ed789bb1fc6a114fc6dcf5e18', NULL, NULL, NULL, NULL);
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (9, '00000006-0000-4000-8000-000000000000', 1700000007.5, 'queued', 'asked for', '3b32031a2e11d2aa8bb366d3b2b3c514e75a940a7540c847181db097b1b5473f');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (12, '00000007-0000-4000-8000-000000000000', 1700000008.5, 'queued', 'asked for', 'cf2f32bd0d7f52ac5d34bbb5993767197b8f5a028660412b537e0ffde57d40ac');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (14, '00000007-0000-4000-8000-000000000000', 1700000009.5, 'sending', 'to sending', '450e482627e68951ff56b03d8fe84116e9178f86a78f8a09b3b04f4206a588a1');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (16, '00000008-0000-4000-8000-000000000000', 1700000010.5, 'queued', 'asked for', 'a09e9bbf2caf80a62ef919cb298c535d1340e75158c269ab55105a081345777e');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (18, '00000008-0000-4000-8000-000000000000', 1700000011.5, 'sending', 'to sending', '30552c21f456d949e00ec9cd325fb41745deb8f26a53d82bae021551b33ef8ed');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (19, '00000008-0000-4000-8000-000000000000', 1700000012.5, 'unsure', 'to unsure', '204da1649d44dfa8973113404685f70dde765f2356ce2b3fb17fd54a762c08f0');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (22, '00000009-0000-4000-8000-000000000000', 1700000014.5, 'queued', 'asked for', 'a32d6278251c1d048ab749bec0edcc6566061643fdd87996cb52f37876842705');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (24, '00000009-0000-4000-8000-000000000000', 1700000015.5, 'sending', 'to sending', '2f62603bf822b5d4e49900ea114038978d43ccfa7319281dda3cc2a61a37c3b0');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (25, '00000009-0000-4000-8000-000000000000', 1700000016.5, 'running', 'to running', '77b9f95a00af9c57d54653d81ba1b8d6240a8842c6510abeab8eda980695269a');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (27, '0000000a-0000-4000-8000-000000000000', 1700000017.5, 'queued', 'asked for', 'fb836596ea059c0c617659ac0ec2b3b0e38329a095ad2bfa36488f203a58fc71');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (29, '0000000a-0000-4000-8000-000000000000', 1700000018.5, 'sending', 'to sending', 'c4df0302ef13868db6dd080876cf9497e793105b2b34c7a195f454fbcb78e5f1');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (30, '0000000a-0000-4000-8000-000000000000', 1700000019.5, 'running', 'to running', '1be44d6064abbb95ca190ce2326906726f1329184a0d703059d8afd229b3d58a');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (31, '0000000a-0000-4000-8000-000000000000', 1700000020.5, 'downloading', 'to downloading', '81d3154d6fb2ccb8b51b8aa4c48905a6a81a2a8dfbcf0a50ad8bd20e6ef4fbee');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (33, '0000000b-0000-4000-8000-000000000000', 1700000021.5, 'queued', 'asked for', '3e40aa8f7c8c3ee426343a382d88e3ca32af587386576a5d780855ddafc58a80');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (35, '0000000b-0000-4000-8000-000000000000', 1700000022.5, 'sending', 'to sending', '537f78e964be9e552fb5f584df4e7a31f7b4d3240ed719936046251e6f48a13a');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (36, '0000000b-0000-4000-8000-000000000000', 1700000023.5, 'running', 'to running', '8e618a651244a1df93619db244ae6bbf93c5622526478772dbcaf68d26759b13');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (37, '0000000b-0000-4000-8000-000000000000', 1700000024.5, 'downloading', 'to downloading', '79ab438463c822e65ba59f44019373f8dc5aa2d5baa6939601b33ba421a0dc7e');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (38, '0000000b-0000-4000-8000-000000000000', 1700000025.5, 'done', 'received', '7b0fd28aea4564d6371573a8fce32ba0e47e7c193c19f931e3e8d88bf8914e11');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (43, '0000000e-0000-4000-8000-000000000000', 1700000026.5, 'queued', 'asked for', '578895933c2639cd8dfdf93e2087361c36ecde10377e249a86f3676c678a5581');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (45, '0000000e-0000-4000-8000-000000000000', 1700000027.5, 'sending', 'to sending', 'a64d9b233cb0deefc9d519a18ebd26df73d34c4ea59f122b29d597fd7c40e4c3');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (46, '0000000e-0000-4000-8000-000000000000', 1700000028.5, 'failed', 'to failed', '93b95d4f04c889567f848b7b9839c8af049ae7f7c1ff6d133898b8553ec63ba1');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (49, '0000000f-0000-4000-8000-000000000000', 1700000030.5, 'queued', 'asked for', '1ef6f9181280c185ab7535db710d4d6beff13be0ef6144a3e813123a56d51df6');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (51, '0000000f-0000-4000-8000-000000000000', 1700000031.5, 'sending', 'to sending', 'f3802deda5e9fe4290de595bff3a68d2b30d9abafff2ad5cbd32ad38201a370a');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (52, '0000000f-0000-4000-8000-000000000000', 1700000032.5, 'running', 'to running', '1f0274712c2a0330b1357010c45dc7cdfcc9480db75f3b26fc926a9f3a4953d9');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (53, '0000000f-0000-4000-8000-000000000000', 1700000033.5, 'expired', 'to expired', '2ec906d3684fff3e1aa22e3c2f8be7f4fcd9cfb8918b2593e2d70b54b6f92c1f');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (55, '00000010-0000-4000-8000-000000000000', 1700000034.5, 'queued', 'asked for', '4f520747fee35290ac6edcbd3f4c4250c43099f2bb77b75a2a06c3a9e0349ead');
INSERT INTO job_events (sequence, job_id, at, state, note, row_hash)
    VALUES (57, '00000010-0000-4000-8000-000000000000', 1700000035.5, 'cancelled', 'to cancelled', 'f1d9e4050c3a08750b389222e0e3a90b96808ad7e8482ff30843b1a122ba5df3');
INSERT INTO results (sequence, id, job_id, output_index, sha256, length, width, height, format, frame, endpoint, practice, model_id, prediction_id, seed, price, server_seconds, wall_seconds, nsfw, created_at, row_hash)
    VALUES (39, '0000000c-0000-4000-8000-000000000000', '0000000b-0000-4000-8000-000000000000', 0, '8ef99d17b420fd37a306ac016be950cab3836d24f801fb29c09b29d6538e9146', 8, 1392, 752, 'PNG', '[0,375,4000,2250]', 'https://api.wavespeed.ai', 0, 'wavespeed-ai/flux-kontext-max', 'prediction-done', 6, 80000, NULL, 4.0, 0, 1700000025.5, '907048385abb5943e87eca5e05191be286a6960ad9dc726e214f93b555a07bb4');
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('00000006-0000-4000-8000-000000000000', 'practice', 1, 80000, 'no', 1700000007.5);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('00000007-0000-4000-8000-000000000000', 'practice', 1, 80000, 'maybe', 1700000008.5);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('00000008-0000-4000-8000-000000000000', 'practice', 1, 80000, 'maybe', 1700000010.5);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('00000009-0000-4000-8000-000000000000', 'https://api.wavespeed.ai', 0, 80000, 'yes', 1700000100.25);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('0000000a-0000-4000-8000-000000000000', 'practice', 1, 80000, 'yes', 1700000100.25);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('0000000b-0000-4000-8000-000000000000', 'https://api.wavespeed.ai', 0, 80000, 'yes', 1700000100.25);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('0000000e-0000-4000-8000-000000000000', 'https://api.wavespeed.ai', 0, 80000, 'no', 1700000026.5);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('0000000f-0000-4000-8000-000000000000', 'practice', 1, 80000, 'yes', 1700000100.25);
INSERT INTO charges (job_id, endpoint, practice, amount, charged, at)
    VALUES ('00000010-0000-4000-8000-000000000000', 'practice', 1, 80000, 'no', 1700000034.5);
INSERT INTO charge_events (sequence, job_id, at, amount, note, row_hash)
    VALUES (47, '0000000e-0000-4000-8000-000000000000', 1700000029.5, 80000, 'seen in the billing rows', 'c0e7c8e1c86f55df1265d4340a5492478d2607e0a118cdb7c9be01f288c3202c');
INSERT INTO annotations (sequence, version_id, name, rating, flag, note, tags)
    VALUES (900, '0000000d-0000-4000-8000-000000000000', 'Hero', 4, 'pick', 'for the cover', '["Boat","cover shot"]');
INSERT INTO search (rowid, text, document_id)
    VALUES (1, 'harbour.tif', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (3, 'Müller portrait.jpg', '00000004-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (8, 'Keep the boat. Paint it queued.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (11, 'Keep the boat. Paint it sending.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (15, 'Keep the boat. Paint it unsure.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (21, 'Keep the boat. Paint it running.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (26, 'Keep the boat. Paint it downloading.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (32, 'Keep the boat. Paint it done.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (40, 'Paint it done', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (42, 'Keep the boat. Paint it failed.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (48, 'Keep the boat. Paint it expired.', '00000002-0000-4000-8000-000000000000');
INSERT INTO search (rowid, text, document_id)
    VALUES (54, 'Keep the boat. Paint it cancelled.', '00000002-0000-4000-8000-000000000000');
INSERT INTO candidates (sequence, job_id, prediction_id, created_at, received, refused, row_hash)
    VALUES (20, '00000008-0000-4000-8000-000000000000', 'candidate-1', 1700000150.0, '[{"sha256":"dda18a0e21ae47c53b4309434cbc02ae8bf764fa83a6defbb719431242722aa7","length":9,"size":[8,8],"format":"PNG","output_index":0,"nsfw":null}]', 0, 'a827ee393298d96899918cda02d657c64758d3668eca53d2ca6c84537e466a24');
INSERT INTO learned (name, value)
    VALUES ('pace', '[1,2]');
