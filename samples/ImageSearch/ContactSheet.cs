using SkiaSharp;

namespace ImageSearch;

/// <summary>Draws every picture beside its nearest ones; the bar under a neighbour is as long as the similarity.</summary>
internal static class ContactSheet
{
    private const int CellWidth = 120;
    private const int CellHeight = 90;
    private const int Gap = 10;
    private const int BarHeight = 5;
    private const int Columns = 2;

    public static void Save(string path, string[] files, Neighbor[][] nearest)
    {
        int neighbors = nearest[0].Length;
        int rows = (files.Length + Columns - 1) / Columns;
        int cardWidth = ((CellWidth + Gap) * (1 + neighbors)) + (2 * Gap);
        int cardHeight = CellHeight + BarHeight + (3 * Gap);
        var info = new SKImageInfo((Columns * (cardWidth + Gap)) + Gap, (rows * (cardHeight + Gap)) + Gap);
        using var surface = SKSurface.Create(info);
        surface.Canvas.Clear(new SKColor(0x17, 0x1A, 0x21));
        for (int i = 0; i < files.Length; i++)
        {
            // Down the first column, then down the next.
            int x = Gap + ((i / rows) * (cardWidth + Gap));
            int y = Gap + ((i % rows) * (cardHeight + Gap));
            DrawCard(surface.Canvas, SKRect.Create(x, y, cardWidth, cardHeight), files[i], nearest[i]);
        }

        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream file = File.Create(path);
        data.SaveTo(file);
    }

    private static void DrawCard(SKCanvas canvas, SKRect card, string file, Neighbor[] nearest)
    {
        using var fill = new SKPaint { Color = new SKColor(0x22, 0x27, 0x31), IsAntialias = true };
        using var frame = new SKPaint { Color = new SKColor(0xF2, 0xB1, 0x34), IsAntialias = true, IsStroke = true, StrokeWidth = 3 };
        using var track = new SKPaint { Color = new SKColor(0x36, 0x3D, 0x4A), IsAntialias = true };
        using var bar = new SKPaint { Color = new SKColor(0x4C, 0xC3, 0x8A), IsAntialias = true };
        canvas.DrawRoundRect(card, 8, 8, fill);
        float y = card.Top + Gap + (BarHeight / 2f);
        SKRect query = SKRect.Create(card.Left + Gap, y, CellWidth, CellHeight);
        DrawPicture(canvas, file, query);
        canvas.DrawRoundRect(query, 6, 6, frame);
        for (int i = 0; i < nearest.Length; i++)
        {
            SKRect cell = SKRect.Create(query.Right + (2 * Gap) + (i * (CellWidth + Gap)), y, CellWidth, CellHeight);
            DrawPicture(canvas, nearest[i].File, cell);
            SKRect under = SKRect.Create(cell.Left, cell.Bottom + (Gap / 2f), CellWidth, BarHeight);
            canvas.DrawRoundRect(under, 2, 2, track);
            under.Right = under.Left + (CellWidth * Math.Clamp(nearest[i].Similarity, 0, 1));
            canvas.DrawRoundRect(under, 2, 2, bar);
        }
    }

    /// <summary>The middle of the picture that has the cell's shape, with round corners.</summary>
    private static void DrawPicture(SKCanvas canvas, string file, SKRect cell)
    {
        using SKImage? image = SKImage.FromEncodedData(file);
        if (image is null)
        {
            return;
        }

        float scale = Math.Min(image.Width / cell.Width, image.Height / cell.Height);
        var part = SKRect.Create(
            (image.Width - (cell.Width * scale)) / 2, (image.Height - (cell.Height * scale)) / 2, cell.Width * scale, cell.Height * scale);
        canvas.Save();
        canvas.ClipRoundRect(new SKRoundRect(cell, 6), SKClipOperation.Intersect, antialias: true);
        canvas.DrawImage(image, part, cell, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear), null);
        canvas.Restore();
    }
}
