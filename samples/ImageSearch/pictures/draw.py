"""Draws the pictures of the ImageSearch sample: eight subjects, three variations each.

Needs Python 3 with Pillow and NumPy (Debian: python3-pil python3-numpy). Run it in its folder; it overwrites the pictures.
Everything is drawn at twice the size and reduced, and every variation has a seed of its own.
"""
import math
import random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT, SCALE = 320, 240, 2
W, H = WIDTH * SCALE, HEIGHT * SCALE


def gradient(*stops, height=H):
    """A vertical gradient through (position, colour) stops."""
    y = np.linspace(0, 1, height)
    positions = [p for p, _ in stops]
    columns = [np.interp(y, positions, [c[i] for _, c in stops]) for i in range(3)]
    return Image.fromarray(np.repeat(np.stack(columns, 1)[:, None, :], W, 1).astype(np.uint8))


def noise(rng, octaves, size=(W, H)):
    """Smooth noise in 0..1 as an array."""
    generator = np.random.default_rng(rng.randrange(1 << 30))
    total = np.zeros((size[1], size[0]), np.float32)
    weight = 0
    for octave in range(octaves):
        cells = 3 * 2 ** octave
        coarse = Image.fromarray((generator.random((cells, cells * 4 // 3)) * 255).astype(np.uint8))
        total += np.asarray(coarse.resize(size, Image.BICUBIC), np.float32) / 255 / 2 ** octave
        weight += 1 / 2 ** octave
    return total / weight


def grain(image, rng, strength=6):
    generator = np.random.default_rng(rng.randrange(1 << 30))
    pixels = np.asarray(image, np.float32) + generator.normal(0, strength, (image.height, image.width, 1))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def glow(image, center, radius, color, power=2.0):
    y, x = np.mgrid[0:H, 0:W]
    light = np.exp(-(((x - center[0]) ** 2 + (y - center[1]) ** 2) / (2 * radius ** 2)) ** (power / 2))[..., None]
    pixels = np.asarray(image, np.float32)
    return Image.fromarray((pixels + (255 - pixels) * light * np.array(color) / 255).clip(0, 255).astype(np.uint8))


def shade(color, factor):
    return tuple(int(max(0, min(255, c * factor))) for c in color)


def sunset(rng, variant):
    palettes = [((40, 30, 90), (250, 130, 70), (255, 200, 110)), ((20, 50, 110), (240, 170, 120), (255, 225, 170)), ((70, 20, 60), (220, 70, 60), (255, 170, 80))]
    top, middle, low = palettes[variant]
    horizon = int(H * (0.56, 0.62, 0.5)[variant])
    image = gradient((0, top), (horizon / H * 0.7, middle), (horizon / H, low), (1, low))
    sun = (int(W * (0.5, 0.32, 0.68)[variant]), horizon - (30, 60, 14)[variant])
    image = glow(image, sun, 110, (255, 210, 140))
    clouds = noise(rng, 5)[..., None]
    clouds = np.clip((clouds - 0.52) * 5, 0, 1) * np.linspace(0.9, 0, H)[:, None, None]
    image = Image.fromarray((np.asarray(image, np.float32) * (1 - clouds * 0.6) + np.array(middle) * clouds * 0.6).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse([sun[0] - 34, sun[1] - 34, sun[0] + 34, sun[1] + 34], fill=(255, 244, 210))
    sea = image.crop((0, horizon - (H - horizon), W, horizon)).transpose(Image.FLIP_TOP_BOTTOM)
    sea = Image.fromarray((np.asarray(sea, np.float32) * 0.55 + np.array(top) * 0.18).clip(0, 255).astype(np.uint8))
    image.paste(sea, (0, horizon))
    for _ in range(900):
        y = horizon + int((H - horizon) * rng.random() ** 1.4)
        depth = (y - horizon) / (H - horizon)
        x = rng.gauss(sun[0], 60 + 190 * depth) if rng.random() < 0.6 else rng.random() * W
        length = 4 + 30 * depth
        near = math.exp(-((x - sun[0]) / (50 + 90 * depth)) ** 2)
        color = shade(low, 0.45 + 0.6 * near)
        draw.line([x - length, y, x + length, y], fill=color, width=1 + int(2 * depth))
    if variant != 1:
        x, y = W * (0.78, 0.2)[variant // 2], horizon + 40
        draw.polygon([(x - 44, y), (x + 46, y), (x + 30, y + 18), (x - 30, y + 18)], fill=(25, 18, 30))
        draw.polygon([(x, y - 6), (x, y - 110), (x + 44, y - 10)], fill=(35, 25, 40))
        draw.polygon([(x - 6, y - 6), (x - 6, y - 90), (x - 36, y - 10)], fill=(45, 32, 48))
    return grain(image, rng, 3)


def mountains(rng, variant):
    skies = [((70, 130, 200), (205, 225, 240)), ((120, 160, 200), (240, 235, 225)), ((50, 90, 160), (190, 205, 235))]
    image = gradient((0, skies[variant][0]), (0.65, skies[variant][1]), (1, skies[variant][1]))
    for layer, base in enumerate((0.34, 0.5, 0.66)):
        heights = np.zeros(W)
        for octave in range(8):
            points = [rng.random() for _ in range(3 * 2 ** octave + 2)]
            heights += np.interp(np.linspace(0, len(points) - 1, W), range(len(points)), points) / 1.75 ** octave
        heights = (heights - heights.min()) / np.ptp(heights)
        ridge = H * (base - 0.02 + 0.34 * (1 - heights) * (1.1 - 0.2 * layer))
        rock = [(118, 128, 150), (86, 96, 112), (44, 74, 58)][layer]
        texture = noise(rng, 7)
        slope = np.gradient(np.convolve(ridge, np.ones(9) / 9, "same"))
        y = np.arange(H)[:, None]
        inside = y >= ridge[None]
        light = np.clip(0.75 - slope[None] * 0.22 + (texture - 0.5) * 1.5, 0.3, 1.35)
        pixels = np.asarray(image, np.float32).copy()
        color = np.array(rock)[None, None] * light[..., None]
        if layer < 2:
            snowline = H * (base + (0.12, 0.1, 0.17)[variant]) + (texture - 0.5) * 150
            snow = (y < snowline)[..., None]
            color = np.where(snow, np.array((244, 247, 252)) * np.clip(light + 0.12, 0.5, 1)[..., None], color)
        pixels[inside] = color.clip(0, 255)[inside]
        image = Image.fromarray(pixels.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(150):
        y = H * (0.84 + 0.16 * rng.random() ** 0.8)
        x = rng.random() * W
        size = 14 + (y / H - 0.84) * 330
        tone = shade((26, 62, 40), 0.6 + 0.6 * rng.random())
        for step in range(4):
            half = size * (0.16 + 0.09 * step)
            peak = y - size * (1.35 - 0.3 * step)
            draw.polygon([(x, peak), (x - half, peak + size * 0.5), (x + half, peak + size * 0.5)], fill=tone)
    return grain(image, rng, 4)


def flowers(rng, variant):
    petal = [(250, 248, 244), (245, 205, 60), (225, 90, 150)][variant]
    heart = [(240, 190, 40), (120, 70, 30), (250, 215, 90)][variant]
    field = noise(rng, 6)[..., None]
    image = Image.fromarray((np.array((38, 84, 30)) * (0.45 + field) + np.array((30, 40, 5)) * field).clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(700):
        x, y = rng.random() * W, rng.random() * H * 1.1
        bend = rng.gauss(0, 14)
        draw.line([x, y, x + bend, y - rng.uniform(25, 70)], fill=shade((70, 130, 50), rng.uniform(0.5, 1.25)), width=rng.choice((2, 3, 4)))
    image = image.filter(ImageFilter.GaussianBlur(2.2))
    draw = ImageDraw.Draw(image)
    spots = []
    while len(spots) < 9:
        spot = (rng.uniform(0.06, 0.94) * W, rng.uniform(0.1, 0.9) * H)
        if all(math.dist(spot, s) > 118 for s in spots):
            spots.append(spot)
    for x, y in sorted(spots, key=lambda s: s[1]):
        size = rng.uniform(46, 74) * (0.7 + 0.5 * y / H)
        draw.line([x, y, x + rng.gauss(0, 12), y + 150], fill=(60, 110, 45), width=7)
        petals = (18, 13, 8)[variant]
        turn = rng.random() * math.tau
        for ring, reach in ((0, 1.0), (1, 0.82)):
            for i in range(petals):
                angle = turn + (i + ring * 0.5) * math.tau / petals
                long, wide = size * reach, size * (0.17, 0.22, 0.4)[variant]
                shape = []
                for t in np.linspace(0, math.tau, 26):
                    px, py = long * (0.56 + 0.44 * math.cos(t)), wide * math.sin(t)
                    shape.append((x + px * math.cos(angle) - py * math.sin(angle), y + (px * math.sin(angle) + py * math.cos(angle)) * 0.86))
                draw.polygon(shape, fill=shade(petal, rng.uniform(0.84, 1.02) - 0.05 * ring), outline=shade(petal, 0.72))
        r = size * (0.27, 0.36, 0.2)[variant]
        draw.ellipse([x - r, y - r * 0.86, x + r, y + r * 0.86], fill=shade(heart, 0.8))
        for _ in range(130):
            a, d = rng.random() * math.tau, r * math.sqrt(rng.random()) * 0.94
            px, py = x + d * math.cos(a), y + d * math.sin(a) * 0.86
            draw.ellipse([px - 2, py - 2, px + 2, py + 2], fill=shade(heart, rng.uniform(0.75, 1.25)))
    return grain(image, rng, 4)


def city(rng, variant):
    skies = [((8, 10, 34), (60, 50, 96)), ((14, 24, 50), (130, 80, 90)), ((4, 8, 20), (24, 44, 74))]
    image = gradient((0, skies[variant][0]), (0.8, skies[variant][1]), (1, skies[variant][1]))
    draw = ImageDraw.Draw(image)
    for _ in range(130):
        x, y = rng.random() * W, rng.random() * H * 0.5
        draw.point([x, y], fill=shade((220, 225, 255), rng.random()))
    if variant != 1:
        draw.ellipse([W * 0.72, 40, W * 0.72 + 58, 98], fill=(238, 236, 220))
    ground = int(H * 0.88)
    for layer in range(3):
        x = -rng.random() * 30
        while x < W:
            width = rng.uniform(44, 92)
            top = ground - H * rng.uniform(0.25, (0.66, 0.58, 0.72)[variant] - 0.1 * layer)
            body = shade(((26, 28, 48), (20, 22, 40), (13, 14, 27))[layer], rng.uniform(0.8, 1.3))
            draw.rectangle([x, top, x + width, ground], fill=body)
            if rng.random() < 0.35:
                draw.line([x + width / 2, top, x + width / 2, top - 38], fill=body, width=4)
                draw.ellipse([x + width / 2 - 3, top - 42, x + width / 2 + 3, top - 36], fill=(255, 70, 60))
            if layer:
                tint = rng.choice([(255, 214, 130), (255, 236, 190), (190, 220, 255)])
                step_x, step_y = rng.choice((10, 12)), rng.choice((13, 16))
                lit = rng.uniform(0.25, 0.65)
                wy = top + 9
                while wy < ground - 12:
                    wx = x + 7
                    while wx < x + width - 9:
                        if rng.random() < lit:
                            draw.rectangle([wx, wy, wx + step_x - 6, wy + step_y - 7], fill=shade(tint, rng.uniform(0.6, 1)))
                        wx += step_x
                    wy += step_y
            x += width + rng.choice((0, 0, 6, 16))
    water = image.crop((0, ground - (H - ground), W, ground)).transpose(Image.FLIP_TOP_BOTTOM).filter(ImageFilter.GaussianBlur(2))
    image.paste(Image.fromarray((np.asarray(water) * 0.55).astype(np.uint8)), (0, ground))
    for y in range(ground, H, 3):
        offset = int(5 * math.sin(y * 0.7) + rng.gauss(0, 2))
        image.paste(ImageChops.offset(image.crop((0, y, W, y + 3)), offset, 0), (0, y))
    glowing = ImageChops.screen(image, image.filter(ImageFilter.GaussianBlur(9)).point(lambda v: int(v * 0.6)))
    return grain(glowing, rng, 3)


def bricks(rng, variant):
    base = [(158, 72, 52), (176, 160, 146), (122, 66, 60)][variant]
    mortar = [(188, 178, 166), (120, 114, 108), (64, 58, 56)][variant]
    image = Image.new("RGB", (W, H), mortar)
    draw = ImageDraw.Draw(image)
    height = (40, 52, 34)[variant]
    width = height * (2.5, 2.1, 2.6)[variant]
    gap = (6, 7, 5)[variant]
    for row in range(-1, H // height + 2):
        x = -width * (0.5 if row % 2 else 0) - width
        while x < W:
            tone = shade(base, rng.gauss(1, 0.12))
            tone = tuple(max(0, min(255, c + int(rng.gauss(0, 7)))) for c in tone)
            y = row * height + rng.gauss(0, 0.8)
            box = [x + gap / 2 + rng.gauss(0, 1), y + gap / 2, x + width - gap / 2 + rng.gauss(0, 1), y + height - gap / 2]
            draw.rounded_rectangle(box, 3, fill=tone)
            draw.line([box[0] + 2, box[3], box[2] - 2, box[3]], fill=shade(tone, 0.6), width=3)
            draw.line([box[0] + 2, box[1] + 1, box[2] - 2, box[1] + 1], fill=shade(tone, 1.2), width=2)
            x += width
    stains = 0.75 + 0.5 * noise(rng, 7)[..., None]
    return grain(Image.fromarray((np.asarray(image) * stains).clip(0, 255).astype(np.uint8)), rng, 9)


def fruit(rng, variant):
    kinds = [((236, 130, 28), "orange"), ((196, 36, 40), "apple"), ((120, 170, 48), "apple")]
    color, kind = kinds[variant]
    image = gradient((0, (206, 196, 180)), (0.45, (232, 224, 210)), (0.46, (120, 84, 54)), (1, (158, 114, 74)))
    planks = np.asarray(image, np.float32).copy()
    rows = noise(rng, 6, (W, H))
    streaks = np.asarray(Image.fromarray((rows * 255).astype(np.uint8)).resize((W // 12, H)).resize((W, H)), np.float32) / 255
    planks[int(H * 0.46):] *= (0.72 + 0.56 * streaks[int(H * 0.46):, :, None])
    image = Image.fromarray(planks.clip(0, 255).astype(np.uint8))
    layout = [
        [(0.24, 0.55, 92), (0.5, 0.5, 100), (0.76, 0.56, 90), (0.38, 0.73, 104), (0.64, 0.74, 98)],
        [(0.3, 0.58, 106), (0.62, 0.54, 112), (0.46, 0.74, 104), (0.8, 0.74, 92)],
        [(0.22, 0.6, 90), (0.47, 0.53, 106), (0.73, 0.58, 100), (0.36, 0.76, 96), (0.62, 0.78, 98)],
    ][variant]
    y, x = np.mgrid[0:H, 0:W].astype(np.float32)
    pixels = np.asarray(image, np.float32).copy()
    for cx, cy, radius in sorted(layout, key=lambda s: s[1]):
        cx, cy = cx * W, cy * H
        shadow = np.exp(-(((x - cx - 26) / (radius * 1.05)) ** 2 + ((y - cy - radius * 0.86) / (radius * 0.28)) ** 2) * 1.4)[..., None]
        pixels *= 1 - 0.62 * shadow
        u, v = (x - cx) / radius, (y - cy) / (radius * 0.93)
        if kind == "apple":
            v = v + 0.16 * np.exp(-(u / 0.32) ** 2) * (v < 0)
        inside = (u * u + v * v) < 1
        z = np.sqrt(np.clip(1 - u * u - v * v, 0, 1))
        diffuse = np.clip(-0.45 * u - 0.55 * v + 0.7 * z, 0, 1)
        shine = np.clip(-0.36 * u - 0.5 * v + 0.79 * z, 0, 1) ** 40
        texture = noise(rng, 7)
        bump = 1 + (0.34 if kind == "orange" else 0.22) * (texture - 0.5)
        tone = np.array(color, np.float32)[None, None] * (0.3 + 0.85 * diffuse * bump)[..., None]
        if kind == "apple":
            tone += (np.array((225, 190, 90)) - tone) * (np.clip(texture - 0.48, 0, 0.3) * 1.3 * diffuse)[..., None]
        tone += 255 * (0.65 * shine)[..., None]
        pixels[inside] = tone.clip(0, 255)[inside]
        overlay = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
        draw = ImageDraw.Draw(overlay)
        top = cy - radius * 0.78
        if kind == "apple":
            draw.line([cx, top + 8, cx + 5, top - 16, cx + 15, top - 34], fill=(84, 58, 34), width=8)
            draw.polygon([(cx + 8, top - 18), (cx + 36, top - 44), (cx + 66, top - 36), (cx + 40, top - 16)], fill=(70, 128, 48))
        else:
            draw.ellipse([cx - 9, top + 6, cx + 9, top + 16], fill=(96, 110, 50))
        pixels = np.asarray(overlay, np.float32).copy()
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    return grain(image, rng, 4)


def planet(rng, variant):
    stars = np.zeros((H, W, 3), np.float32) + np.array((6, 7, 16))
    cloud = np.clip(noise(rng, 5) - 0.45, 0, 1)[..., None] * np.array([(60, 30, 90), (20, 60, 90), (90, 40, 30)][variant])
    image = Image.fromarray((stars + cloud).clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(420):
        x, y, r = rng.random() * W, rng.random() * H, rng.random() ** 6 * 3
        draw.ellipse([x - r, y - r, x + r, y + r], fill=shade((235, 238, 255), rng.uniform(0.4, 1)))
    cx, cy, radius = [(0.46, 0.5, 150), (0.58, 0.54, 168), (0.5, 0.5, 132)][variant]
    cx, cy = cx * W, cy * H
    y, x = np.mgrid[0:H, 0:W].astype(np.float32)
    u, v = (x - cx) / radius, (y - cy) / radius
    z = np.sqrt(np.clip(1 - u * u - v * v, 0, 1))
    texture = noise(rng, 7)
    if variant == 1:
        land = np.clip((texture - 0.5) * 14, 0, 1)[..., None]
        color = np.array((38, 92, 168)) * (1 - land) + np.array((88, 128, 62)) * land
        clouds = np.clip((noise(rng, 6) - 0.53) * 8, 0, 0.9)[..., None]
        color = color * (1 - clouds) + 245 * clouds
    else:
        bands = 0.5 + 0.5 * np.sin((v + 0.12 * (texture - 0.5)) * (26 if variant == 0 else 18) + 4 * texture)
        first, second = [((214, 168, 120), (166, 104, 68)), ((0, 0, 0), (0, 0, 0)), ((226, 206, 158), (182, 150, 104))][variant]
        color = np.array(first) * bands[..., None] + np.array(second) * (1 - bands[..., None])
    light = np.clip(-0.6 * u - 0.35 * v + 0.72 * z, 0.02, 1)[..., None]
    pixels = np.asarray(image, np.float32).copy()
    ring = None
    if variant == 2:
        tilt = v * 3.4 + u * 0.5
        distance = np.sqrt(u * u + tilt * tilt)
        strength = ((distance > 1.3) & (distance < 2.25) & ~((distance > 1.84) & (distance < 1.9))) * (0.55 + 0.35 * np.sin(distance * 34))
        ring = strength.clip(0, 1)[..., None], (tilt > 0)[..., None]
        pixels = pixels * (1 - ring[0]) + np.array((214, 196, 160)) * ring[0]
    inside = (u * u + v * v) < 1
    pixels[inside] = (color * light)[inside]
    if ring:
        front = ring[0] * ring[1]
        pixels = pixels * (1 - front) + np.array((214, 196, 160)) * front
    return grain(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7)), rng, 3)


def plaid(rng, variant):
    palettes = [[(150, 24, 34), (20, 34, 70), (236, 232, 220), (20, 70, 46)], [(30, 74, 110), (16, 26, 46), (230, 190, 80), (120, 150, 170)], [(40, 92, 62), (18, 30, 26), (200, 60, 50), (226, 222, 200)]]
    colors = palettes[variant]
    stripes = [(0, 46), (1, 30), (0, 14), (2, 5), (0, 14), (1, 30), (0, 46), (3, 12), (2, 4), (3, 12)]
    if variant == 1:
        stripes = [(0, 30), (3, 16), (0, 30), (1, 40), (2, 6), (1, 40)]
    if variant == 2:
        stripes = [(0, 60), (1, 24), (2, 6), (1, 24), (3, 5), (1, 14)]
    line = [colors[c] for c, n in stripes for _ in range(n)]
    warp = np.array([line[i % len(line)] for i in range(W)], np.float32)[None]
    weft = np.array([line[(i + 20) % len(line)] for i in range(H)], np.float32)[:, None]
    y, x = np.mgrid[0:H, 0:W]
    over = (((x + y) // 4) % 2).astype(np.float32)[..., None]
    pixels = warp * over + weft * (1 - over)
    thread = 0.9 + 0.1 * np.sin((x + y) * math.pi / 4)[..., None]
    folds = 0.8 + 0.4 * noise(rng, 3)[..., None]
    return grain(Image.fromarray((pixels * thread * folds).clip(0, 255).astype(np.uint8)), rng, 7)


SUBJECTS = [sunset, mountains, flowers, city, bricks, fruit, planet, plaid]

if __name__ == "__main__":
    for number, subject in enumerate(SUBJECTS):
        for variant in range(3):
            picture = subject(random.Random(100 * number + variant), variant).resize((WIDTH, HEIGHT), Image.LANCZOS)
            picture.save(f"{subject.__name__}-{variant + 1}.jpg", quality=84, optimize=True)
