"""Draw the two sample pictures into resources/samples/: path-traced, so that they belong to nobody.

Run in the project's environment; takes about an hour on two cores. The same Pillow and numpy
give the same bytes. `--scale 6` draws small ones for a look, into the folder that is named.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

sys.path.insert(0, str(Path(__file__).parent / "samples"))
import cleaning
import portrait
import still_life
import tracing

SCENES = {"still-life": still_life, "portrait": portrait}
SIZES = {"still-life": (4256, 2832), "portrait": (2832, 4256)}
DRAWN = {"still-life": 1.0, "portrait": 1.5}
"""The portrait, soft by nature and slow to draw, is drawn smaller and enlarged."""
SAMPLES = {"still-life": 9, "portrait": 7}
EXPOSURE = {"still-life": 1.40, "portrait": 1.45}
TAKEN = "2024:10:05 10:24:00"
EXIF = {
    "still-life": {"model": "Still life", "lens": "85 mm", "focal": 85.0, "stop": 8.0, "turn": 1},
    "portrait": {"model": "Portrait", "lens": "105 mm", "focal": 105.0, "stop": 2.8, "turn": 6},
}
BAND = 48


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(SCENES), help="still-life, portrait")
    parser.add_argument("--scale", type=float, default=1.0, help="so many times smaller")
    parser.add_argument("--folder", type=Path, default=Path("resources/samples"))
    asked = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for name in asked.names:
        light = drawn(name, asked.scale)
        size = tuple(round(side / asked.scale) for side in SIZES[name])
        data = saved(developed(light, size, EXPOSURE[name]), name)
        (asked.folder / f"{name}.jpg").write_bytes(data)
        print(f"{name}: {size[0]} x {size[1]}, {len(data) / 1e6:.2f} MB")


def drawn(name: str, scale: float) -> np.ndarray:
    """The scene's linear light, float32 (height, width, 3)."""
    width, height = (round(side / scale / DRAWN[name]) for side in SIZES[name])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers"
        shape = (height, width, tracing.LAYERS)
        layers = np.memmap(path, np.float32, "w+", shape=shape)
        starts = range(0, height, BAND)
        with ProcessPoolExecutor() as pool:
            done = pool.map(
                _draw, *zip(*[(name, path, shape, start) for start in starts], strict=True)
            )
            for count, _ in enumerate(done, 1):
                print(f"\r{name}: {100 * count // len(starts)} %", end="", flush=True)
            print()
            step = 8 * BAND
            parts = [(path, shape, start, start + step) for start in range(0, height, step)]
            light = np.concatenate(list(pool.map(_clean, *zip(*parts, strict=True))))
        del layers
    return light


_scenes: dict[str, tracing.Scene] = {}
"""Of this worker process: building one takes seconds."""


def _draw(name: str, path: Path, shape: tuple[int, int, int], start: int) -> None:
    if name not in _scenes:
        _scenes[name] = SCENES[name].scene()
    rows = range(start, min(shape[0], start + BAND))
    layers = np.memmap(path, np.float32, "r+", shape=shape)
    layers[rows.start : rows.stop] = tracing.render_rows(
        _scenes[name], SCENES[name].camera(), shape[1], shape[0], rows, SAMPLES[name], seed=1
    )


def _clean(path: Path, shape: tuple[int, int, int], start: int, stop: int) -> np.ndarray:
    layers = np.memmap(path, np.float32, "r", shape=shape)
    first = max(0, start - cleaning.REACH)
    light = cleaning.cleaned(np.array(layers[first : stop + cleaning.REACH]), shape[0])
    return light[start - first : stop - first]


def developed(light: np.ndarray, size: tuple[int, int], exposure: float) -> Image.Image:
    """Linear light as a finished photograph: bloom, falloff to the corners, film curve, grain."""
    channels = [Image.fromarray(np.ascontiguousarray(light[..., c])) for c in range(3)]
    light = np.stack([np.asarray(c.resize(size, Image.Resampling.LANCZOS)) for c in channels], -1)
    light = np.maximum(light, 0) * np.float32(exposure)
    glow = np.stack([_wide(np.minimum(light[..., c], 4), size[0] // 60) for c in range(3)], -1)
    light += 0.045 * (glow - light)
    y, x = np.ogrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    light *= (1 - 0.16 * (x * x + y * y)).astype(np.float32)[..., None]
    # Narkowicz's fit of the ACES film curve, then the sRGB curve.
    film = np.clip(light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14), 0, 1)
    codes = np.where(film <= 0.0031308, film * 12.92, 1.055 * film ** (1 / 2.4) - 0.055)
    soft = np.stack([cleaning.averaged(cleaning.averaged(codes[..., c])) for c in range(3)], -1)
    codes = codes + 0.6 * (codes - soft)  # what cameras do to their pictures
    rng = np.random.default_rng(7)
    grain = rng.standard_normal((size[1], size[0]), np.float32)
    grain = 0.5 * grain + 0.25 * (np.roll(grain, 1, 0) + np.roll(grain, 1, 1))
    tone = codes.mean(-1)
    codes += (grain * (0.005 + 0.024 * tone * (1 - tone)))[..., None]
    return Image.fromarray(np.rint(np.clip(codes, 0, 1) * 255).astype(np.uint8))


def _wide(channel: np.ndarray, radius: int) -> np.ndarray:
    """A wide blur: shrink, blur, enlarge."""
    image = Image.fromarray(channel.astype(np.float32))
    small = image.reduce(max(1, radius // 4))
    for _ in range(3):
        small = small.resize(
            (max(1, small.width // 2), max(1, small.height // 2)), Image.Resampling.BOX
        )
        small = small.resize((small.width * 2, small.height * 2), Image.Resampling.BICUBIC)
    return np.asarray(small.resize(image.size, Image.Resampling.BICUBIC))


def saved(image: Image.Image, name: str) -> bytes:
    """As a camera would write it: EXIF, a colour profile, and a portrait lying on its side."""
    told = EXIF[name]
    if told["turn"] == 6:  # shown by turning it a quarter to the right
        image = image.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Kontext Desktop samples", told["model"]
    exif[0x0112] = told["turn"]
    exif[0x0131], exif[0x0132] = "make_samples.py", TAKEN
    exif[0x013B] = "Computed, free for any use"
    more = exif.get_ifd(0x8769)
    more[0x829A], more[0x829D], more[0x8827] = 1 / 60, told["stop"], 200
    more[0x9003] = more[0x9004] = TAKEN
    more[0x920A], more[0xA434] = told["focal"], told["lens"]
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07e800010001000000000000")  # not today's date: same bytes
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92, exif=exif, icc_profile=bytes(profile), optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    main()
