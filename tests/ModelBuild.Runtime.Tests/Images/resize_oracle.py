"""Resizes noise with Pillow and OpenCV: the reference of ImagePreprocessorTests.

Reads cases from standard input, one a line:
    library interpolation channels width height resized_width resized_height seed
and writes each with the resulting bytes in base64. Interpolation "gray" converts RGB to one channel instead.
resize_reference.txt was written with Pillow 9.4.0 and OpenCV 4.6.0 (Debian 12: python3-pil, python3-opencv) by
    python3 resize_oracle.py < resize_cases.txt > resize_reference.txt
"""
import base64
import sys

import numpy as np

PILLOW = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "area": 4}


def noise(count, seed):
    """Bytes of the linear congruential generator that the test uses too."""
    values = np.empty(count, np.uint8)
    state = seed
    for i in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values[i] = state >> 24
    return values


def with_pillow(pixels, interpolation, size):
    from PIL import Image

    image = Image.fromarray(pixels)
    result = image.convert("L") if interpolation == "gray" else image.resize(size, PILLOW[interpolation])
    return np.asarray(result)


def with_opencv(pixels, interpolation, size):
    import cv2

    if interpolation == "gray":
        return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    names = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC, "lanczos": cv2.INTER_LANCZOS4, "area": cv2.INTER_AREA}
    return cv2.resize(pixels, size, interpolation=names[interpolation])


def main():
    for line in sys.stdin:
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        library, interpolation = fields[:2]
        channels, width, height, resized_width, resized_height, seed = map(int, fields[2:8])
        shape = (height, width) if channels == 1 else (height, width, channels)
        pixels = noise(width * height * channels, seed).reshape(shape)
        resize = with_pillow if library == "pillow" else with_opencv
        result = resize(pixels, interpolation, (resized_width, resized_height))
        print(*fields[:8], base64.b64encode(np.ascontiguousarray(result).tobytes()).decode())


if __name__ == "__main__":
    main()
