using System.Text;
using StbImageSharp;

namespace Digits;

/// <summary>A drawn digit as the network knows digits: white ink on black, centred in a square with a margin of a seventh.</summary>
internal sealed class Drawing
{
    private Drawing(byte[] ink, int size)
    {
        Ink = ink;
        Size = size;
    }

    /// <summary>One byte per pixel: 0 for paper, 255 for ink.</summary>
    public byte[] Ink { get; }

    /// <summary>Pixels of a side.</summary>
    public int Size { get; }

    /// <summary>Reads a picture, or a text whose every character but the space is ink.</summary>
    /// <exception cref="InvalidDataException">The file has no ink, or is no picture.</exception>
    public static Drawing Load(string file)
    {
        (byte[] ink, int width, int height) = Path.GetExtension(file).Equals(".txt", StringComparison.OrdinalIgnoreCase) ? ReadText(file) : ReadPicture(file);
        return Center(ink, width, height);
    }

    /// <summary>The drawing in 28 columns of characters.</summary>
    public string ToText()
    {
        const int Columns = 28;
        var text = new StringBuilder();
        for (int row = 0; row < Columns / 2; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                int x = ((column * 2) + 1) * Size / (2 * Columns);
                int y = ((row * 2) + 1) * Size / Columns;
                text.Append(" .:*#"[Ink[(y * Size) + x] * 4 / 255]);
            }

            text.AppendLine();
        }

        return text.ToString();
    }

    /// <summary>A character is about twice as high as wide, so every line becomes two rows.</summary>
    private static (byte[] Ink, int Width, int Height) ReadText(string file)
    {
        string[] lines = File.ReadAllLines(file);
        int width = lines.Select(l => l.Length).DefaultIfEmpty().Max();
        var ink = new byte[width * lines.Length * 2];
        for (int y = 0; y < lines.Length * 2; y++)
        {
            string line = lines[y / 2];
            for (int x = 0; x < line.Length; x++)
            {
                ink[(y * width) + x] = line[x] == ' ' ? (byte)0 : (byte)255;
            }
        }

        return (ink, width, lines.Length * 2);
    }

    /// <summary>Most of a drawing is paper: where the average is light, the ink is dark.</summary>
    private static (byte[] Ink, int Width, int Height) ReadPicture(string file)
    {
        ImageResult picture;
        try
        {
            picture = ImageResult.FromMemory(File.ReadAllBytes(file), ColorComponents.Grey);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"it is no picture ({e.Message}).", e);
        }

        byte[] ink = picture.Data;
        if (ink.Average(p => (double)p) > 127)
        {
            for (int i = 0; i < ink.Length; i++)
            {
                ink[i] = (byte)(255 - ink[i]);
            }
        }

        return (ink, picture.Width, picture.Height);
    }

    private static Drawing Center(byte[] ink, int width, int height)
    {
        int left = width, right = -1, top = height, bottom = -1;
        for (int i = 0; i < ink.Length; i++)
        {
            if (ink[i] > 64)
            {
                (int y, int x) = Math.DivRem(i, width);
                (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), y);
            }
        }

        if (right < 0)
        {
            throw new InvalidDataException("it has no ink.");
        }

        int inkWidth = right - left + 1;
        int inkHeight = bottom - top + 1;
        int size = Math.Max(inkWidth, inkHeight) * 7 / 5;
        int offsetX = (size - inkWidth) / 2;
        int offsetY = (size - inkHeight) / 2;
        var centered = new byte[size * size];
        for (int y = 0; y < inkHeight; y++)
        {
            Array.Copy(ink, ((top + y) * width) + left, centered, ((offsetY + y) * size) + offsetX, inkWidth);
        }

        return new Drawing(centered, size);
    }
}
