using System.Globalization;

namespace ModelBuild.Images;

[TestClass]
public sealed class ImagePreprocessorTests
{
    /// <summary>What OpenCV itself differs by between its scalar and SIMD code; everything else is exact.</summary>
    private static int Tolerance(ResizeCase c) => c.Library == ResizeLibrary.OpenCv && c.Interpolation == "bicubic" ? 1 : 0;

    public static IEnumerable<object[]> Rules => References.Select(c => c.Rule).Distinct().Select(rule => new object[] { rule });

    private static IEnumerable<ResizeCase> References =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Images", "resize_reference.txt")).Select(ResizeCase.Parse);

    [TestMethod]
    [DynamicData(nameof(Rules))]
    public void Resizing_gives_the_librarys_pixels(string rule)
    {
        foreach (ResizeCase c in References.Where(c => c.Rule == rule))
        {
            c.AssertEqual(Tolerance(c));
        }
    }

    [TestMethod]
    public void Resizing_gives_the_librarys_pixels_when_it_is_installed()
    {
        var random = new Random(7);
        var lines = new List<string>();
        foreach (string library in new[] { "pillow", "opencv" })
        {
            foreach (string interpolation in new[] { "nearest", "bilinear", "bicubic", "lanczos", "area" })
            {
                for (int i = 0; i < 24; i++)
                {
                    int channels = i % 2 == 0 ? 3 : 1;
                    int limit = i < 8 ? 8 : 70;
                    lines.Add(string.Create(CultureInfo.InvariantCulture,
                        $"{library} {interpolation} {channels} {random.Next(1, limit)} {random.Next(1, limit)} {random.Next(1, limit)} {random.Next(1, limit)} {random.Next()}"));
                }
            }

            lines.Add($"{library} gray 3 120 100 120 100 5");
        }

        string? output = PythonOracle.Run(Path.Combine(AppContext.BaseDirectory, "Images", "resize_oracle.py"), string.Join('\n', lines) + "\n");
        if (output is null)
        {
            Assert.Inconclusive("Skipped: python3 with NumPy, Pillow and OpenCV is not installed.");
        }

        ResizeCase[] cases = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ResizeCase.Parse)];
        Assert.HasCount(lines.Count, cases);
        foreach (ResizeCase c in cases)
        {
            c.AssertEqual(Tolerance(c));
        }
    }

    private static readonly byte[] s_fourPixels = [1, 2, 3, 11, 12, 13, 21, 22, 23, 31, 32, 33];

    [TestMethod]
    [DataRow(PixelFormat.Rgb24, 0)]
    [DataRow(PixelFormat.Bgr24, 7)]
    [DataRow(PixelFormat.Rgba32, 8)]
    [DataRow(PixelFormat.Bgra32, 11)]
    public void Every_pixel_format_and_stride_gives_the_same_tensor(PixelFormat format, int stride)
    {
        int size = format is PixelFormat.Rgb24 or PixelFormat.Bgr24 ? 3 : 4;
        bool reversed = format is PixelFormat.Bgr24 or PixelFormat.Bgra32;
        int rowBytes = stride == 0 ? 2 * size : stride;
        var pixels = new byte[rowBytes + (2 * size)];
        for (int i = 0; i < 12; i++)
        {
            int pixel = i / 3;
            int channel = reversed ? 2 - (i % 3) : i % 3;
            pixels[(pixel / 2 * rowBytes) + (pixel % 2 * size) + channel] = s_fourPixels[i];
        }

        var planes = new float[12];
        new ImagePreprocessor(new ImagePreprocessorOptions()).Write(pixels, 2, 2, stride, format, planes);
        CollectionAssert.AreEqual(new float[] { 1, 11, 21, 31, 2, 12, 22, 32, 3, 13, 23, 33 }, planes);
        var interleaved = new float[12];
        new ImagePreprocessor(new ImagePreprocessorOptions { Layout = ImageLayout.ChannelsLast, Color = ColorOrder.Bgr }).Write(pixels, 2, 2, stride, format, interleaved);
        CollectionAssert.AreEqual(new float[] { 3, 2, 1, 13, 12, 11, 23, 22, 21, 33, 32, 31 }, interleaved);
    }

    [TestMethod]
    public void Grey_pixels_stand_for_all_colours()
    {
        var tensor = new float[6];
        new ImagePreprocessor(new ImagePreprocessorOptions()).Write([5, 9], 2, 1, 0, PixelFormat.Gray8, tensor);
        CollectionAssert.AreEqual(new float[] { 5, 9, 5, 9, 5, 9 }, tensor);
    }

    [TestMethod]
    public void Scale_mean_and_std_apply_per_channel_of_the_tensor()
    {
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { Color = ColorOrder.Bgr, Scale = 1 / 255.0, Mean = [0.1, 0.2, 0.3], Std = [0.5, 0.25, 2] });
        var tensor = new float[3];
        preprocessor.Write([255, 51, 0], 1, 1, 0, PixelFormat.Rgb24, tensor);
        CollectionAssert.AreEqual(new float[] { (float)((0 - 0.1) / 0.5), (float)(((51 / 255.0) - 0.2) / 0.25), (float)((1 - 0.3) / 2) }, tensor);
        var halves = new Half[3];
        preprocessor.Write([255, 51, 0], 1, 1, 0, PixelFormat.Rgb24, halves);
        CollectionAssert.AreEqual(new[] { (Half)(-0.2), (Half)(((51 / 255.0) - 0.2) / 0.25), (Half)0.35 }, halves);
    }

    [TestMethod]
    public void Bytes_round_and_saturate()
    {
        var tensor = new byte[3];
        new ImagePreprocessor(new ImagePreprocessorOptions { Scale = 0.5, Mean = [10, -200, 0] }).Write([11, 255, 3], 1, 1, 0, PixelFormat.Rgb24, tensor);
        CollectionAssert.AreEqual(new byte[] { 0, 255, 2 }, tensor);
    }

    [TestMethod]
    [DataRow(ResizeLibrary.Pillow, 5, 2)]
    [DataRow(ResizeLibrary.Pillow, 7, 4)]
    [DataRow(ResizeLibrary.OpenCv, 5, 2)]
    [DataRow(ResizeLibrary.OpenCv, 7, 3)]
    public void The_crop_is_central_and_an_odd_margin_follows_the_library(ResizeLibrary library, int margin, int first)
    {
        byte[] pixels = [.. Enumerable.Range(0, 1 + margin).Select(i => (byte)i)];
        var tensor = new float[1];
        new ImagePreprocessor(new ImagePreprocessorOptions { CropWidth = 1, CropHeight = 1, Color = ColorOrder.Gray, Library = library })
            .Write(pixels, pixels.Length, 1, 0, PixelFormat.Gray8, tensor);
        Assert.AreEqual(first, tensor[0]);
    }

    [TestMethod]
    [DynamicData(nameof(Rules))]
    public void A_crop_is_the_middle_of_the_uncropped_result(string rule)
    {
        ResizeCase sample = References.First(c => c.Rule == rule);
        if (sample.Interpolation == "gray")
        {
            return;
        }

        var options = new ImagePreprocessorOptions
        {
            Library = sample.Library,
            Interpolation = Enum.Parse<Interpolation>(sample.Interpolation, ignoreCase: true),
            Resize = ImageResize.Exact,
            ResizeWidth = 12,
            ResizeHeight = 9,
            Layout = ImageLayout.ChannelsLast,
        };
        foreach ((int width, int height) in new[] { (31, 23), (5, 4), (24, 18), (36, 27), (12, 20), (7, 9) })
        {
            byte[] pixels = ResizeCase.Noise(width * height * 3, 3);
            var whole = new byte[12 * 9 * 3];
            new ImagePreprocessor(options).Write(pixels, width, height, 0, PixelFormat.Rgb24, whole);
            var part = new byte[4 * 3 * 3];
            new ImagePreprocessor(options with { CropWidth = 4, CropHeight = 3 }).Write(pixels, width, height, 0, PixelFormat.Rgb24, part);
            byte[] expected = [.. Enumerable.Range(3, 3).SelectMany(y => whole.AsSpan(((y * 12) + 4) * 3, 12).ToArray())];
            CollectionAssert.AreEqual(expected, part, $"{width}x{height}");
        }
    }

    [TestMethod]
    [DataRow(640, 480, 341, 256)]
    [DataRow(480, 641, 256, 341)]
    [DataRow(256, 256, 256, 256)]
    [DataRow(1, 100, 256, 25600)]
    public void The_shorter_side_sets_the_size(int width, int height, int resizedWidth, int resizedHeight)
    {
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { Resize = ImageResize.Shortest, ResizeWidth = 256 });
        Assert.AreEqual((resizedWidth, resizedHeight), preprocessor.GetOutputSize(width, height));
    }

    [TestMethod]
    public void A_call_allocates_nothing_once_warm()
    {
        byte[] pixels = ResizeCase.Noise(97 * 61 * 4, 1);
        var tensor = new float[3 * 32 * 32];
        foreach (ResizeLibrary library in Enum.GetValues<ResizeLibrary>())
        {
            foreach (Interpolation interpolation in Enum.GetValues<Interpolation>())
            {
                var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions
                {
                    Resize = ImageResize.Shortest, ResizeWidth = 36, CropWidth = 32, CropHeight = 32, Interpolation = interpolation, Library = library,
                });
                preprocessor.Write(pixels, 97, 61, 0, PixelFormat.Rgba32, tensor);
                preprocessor.Write(pixels, 97, 61, 0, PixelFormat.Rgba32, tensor);
                long before = GC.GetAllocatedBytesForCurrentThread();
                preprocessor.Write(pixels, 97, 61, 0, PixelFormat.Rgba32, tensor);
                Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before, $"{library} {interpolation}");
            }
        }
    }

    [TestMethod]
    public void Threads_share_a_preprocessor()
    {
        byte[] pixels = ResizeCase.Noise(97 * 61 * 3, 1);
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { Resize = ImageResize.Exact, ResizeWidth = 20, ResizeHeight = 20, Interpolation = Interpolation.Bicubic });
        var expected = new float[1200];
        preprocessor.Write(pixels, 97, 61, 0, PixelFormat.Rgb24, expected);
        Parallel.For(0, 64, _ =>
        {
            var tensor = new float[1200];
            preprocessor.Write(pixels, 97, 61, 0, PixelFormat.Rgb24, tensor);
            CollectionAssert.AreEqual(expected, tensor);
        });
    }

    [TestMethod]
    [DataRow(0, 1, 0, 12, "An image of 0x1 has no pixels.")]
    [DataRow(2, -1, 0, 12, "An image of 2x-1 has no pixels.")]
    [DataRow(2, 2, 5, 12, "A row of 2 pixels has 6 bytes; a stride of 5 is too small.")]
    [DataRow(2, 2, -6, 12, "A row of 2 pixels has 6 bytes; a stride of -6 is too small.")]
    [DataRow(2, 2, 0, 11, "An image of 2x2 Rgb24 with a stride of 6 has 12 bytes; 11 were given.")]
    [DataRow(2, 2, int.MaxValue, 12, "An image of 2x2 Rgb24 with a stride of 2147483647 has 2147483653 bytes; 12 were given.")]
    public void A_size_that_does_not_fit_is_refused(int width, int height, int stride, int bytes, string expected)
    {
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { Resize = ImageResize.Exact, ResizeWidth = 2, ResizeHeight = 2 });
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => preprocessor.Write(new byte[bytes], width, height, stride, PixelFormat.Rgb24, new float[12]));
        Assert.StartsWith(expected, error.Message);
    }

    [TestMethod]
    public void Output_that_no_array_holds_is_refused()
    {
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { Resize = ImageResize.Shortest, ResizeWidth = 1000 });
        Assert.StartsWith("An image of 1x100000000 is too narrow", Assert.ThrowsExactly<ArgumentException>(() => preprocessor.GetOutputLength(1, 100_000_000)).Message);
        Assert.StartsWith("An image of 1x1000000 would become", Assert.ThrowsExactly<ArgumentException>(() => preprocessor.GetOutputLength(1, 1_000_000)).Message);
    }

    [TestMethod]
    public void A_destination_of_another_length_is_refused()
    {
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions());
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => preprocessor.Write(s_fourPixels, 2, 2, 0, PixelFormat.Rgb24, new float[13]));
        Assert.StartsWith("The image becomes 12 elements (3 channels of 2x2); the destination has 13.", error.Message);
    }

    [TestMethod]
    public void An_image_that_does_not_become_the_models_size_is_refused()
    {
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { TensorWidth = 4, TensorHeight = 1 });
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => preprocessor.Write(s_fourPixels, 2, 2, 0, PixelFormat.Rgb24, new float[12]));
        Assert.StartsWith("The model takes images of 4x1; an image of 2x2 becomes 2x2.", error.Message);
    }

    [TestMethod]
    public void A_crop_larger_than_the_image_is_refused()
    {
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { CropWidth = 3, CropHeight = 1 });
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => preprocessor.Write(s_fourPixels, 2, 2, 0, PixelFormat.Rgb24, new float[9]));
        Assert.StartsWith("A crop of 3x1 does not fit into an image of 2x2.", error.Message);
    }

    [TestMethod]
    public void Options_out_of_range_are_refused()
    {
        ImagePreprocessorOptions[] bad =
        [
            new() { Resize = ImageResize.Exact, ResizeWidth = 2 },
            new() { Resize = ImageResize.Shortest },
            new() { CropWidth = 2 },
            new() { CropWidth = -2, CropHeight = -2 },
            new() { Mean = [1, 2] },
            new() { Std = [1, 2, 0] },
            new() { Std = [1], Color = ColorOrder.Rgb },
            new() { Scale = double.NaN },
            new() { TensorWidth = -1 },
            new() { Interpolation = (Interpolation)99 },
        ];
        foreach (ImagePreprocessorOptions options in bad)
        {
            Assert.ThrowsExactly<ArgumentException>(() => new ImagePreprocessor(options), options.ToString());
        }
    }
}
