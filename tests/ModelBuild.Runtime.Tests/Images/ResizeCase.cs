using System.Globalization;

namespace ModelBuild.Images;

/// <summary>One line of resize_oracle.py: noise of a size, a rule, and the library's result.</summary>
internal sealed record ResizeCase(ResizeLibrary Library, string Interpolation, int Channels, int Width, int Height, int ResizedWidth, int ResizedHeight, uint Seed, byte[] Expected)
{
    public string Rule => $"{Library} {Interpolation}";

    public static ResizeCase Parse(string line)
    {
        string[] fields = line.Split(' ');
        return new(
            fields[0] == "pillow" ? ResizeLibrary.Pillow : ResizeLibrary.OpenCv, fields[1], Number(2), Number(3), Number(4), Number(5), Number(6),
            uint.Parse(fields[7], CultureInfo.InvariantCulture), Convert.FromBase64String(fields[8]));

        int Number(int field) => int.Parse(fields[field], CultureInfo.InvariantCulture);
    }

    /// <summary>Bytes of the linear congruential generator that the script uses too.</summary>
    public static byte[] Noise(int count, uint seed)
    {
        var bytes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            seed = unchecked((seed * 1664525) + 1013904223);
            bytes[i] = (byte)(seed >> 24);
        }

        return bytes;
    }

    public byte[] Compute()
    {
        bool gray = Interpolation == "gray";
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions
        {
            Library = Library,
            Resize = gray ? ImageResize.None : ImageResize.Exact,
            ResizeWidth = ResizedWidth,
            ResizeHeight = ResizedHeight,
            Interpolation = gray ? default : Enum.Parse<Interpolation>(Interpolation, ignoreCase: true),
            Color = gray || Channels == 1 ? ColorOrder.Gray : ColorOrder.Rgb,
            Layout = ImageLayout.ChannelsLast,
        });
        var result = new byte[preprocessor.GetOutputLength(Width, Height)];
        preprocessor.Write(Noise(Width * Height * Channels, Seed), Width, Height, 0, Channels == 1 ? PixelFormat.Gray8 : PixelFormat.Rgb24, result);
        return result;
    }

    public void AssertEqual(int tolerance)
    {
        byte[] actual = Compute();
        Assert.HasCount(Expected.Length, actual);
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.IsLessThanOrEqualTo(
                tolerance, Math.Abs(actual[i] - Expected[i]),
                $"{Library} {Interpolation} {Width}x{Height}x{Channels} to {ResizedWidth}x{ResizedHeight} (seed {Seed}), element {i}: expected {Expected[i]}, got {actual[i]}.");
        }
    }
}
