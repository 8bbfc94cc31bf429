namespace ModelBuild.Formats.Tests.TensorFlowLite;

/// <summary>Windows with TensorFlow's SAME padding, against loops over the definition.</summary>
[TestClass]
public sealed class WindowTests
{
    private const int Conv2D = 3, DepthwiseConv2D = 4, MaxPool2D = 17, AveragePool2D = 1, TransposeConv = 67;

    [TestMethod]
    [DataRow(8, 2, 1)]
    [DataRow(7, 2, 1)]
    [DataRow(7, 1, 2)]
    [DataRow(8, 3, 1)]
    public void Same_padding_puts_the_odd_element_behind(int size, int stride, int dilation)
    {
        float[] x = TfLiteRun.Ramp(size * size * 2);
        float[] w = TfLiteRun.Ramp(3 * 3 * 3 * 2, -0.5f);
        FlatNode options = new FlatNode().Set(1, stride).Set(2, stride).Set(4, dilation).Set(5, dilation);
        int outputs = (size + stride - 1) / stride;
        byte[] file = new TfLiteBuilder().Input(1, size, size, 2).Constant(w, 3, 3, 3, 2).Output(1, outputs, outputs, 3).Build(Conv2D, 1, options);
        int before = Math.Max(0, ((outputs - 1) * stride) + (2 * dilation) + 1 - size) / 2;
        var expected = new float[outputs * outputs * 3];
        Each(outputs, 3, 3, (oy, ox, ky, kx, o) =>
        {
            (int y, int c) = ((oy * stride) + (ky * dilation) - before, (ox * stride) + (kx * dilation) - before);
            for (int i = 0; i < 2 && y >= 0 && y < size && c >= 0 && c < size; i++)
            {
                expected[(((oy * outputs) + ox) * 3) + o] += x[(((y * size) + c) * 2) + i] * w[(((((o * 3) + ky) * 3) + kx) * 2) + i];
            }
        });
        (float[] actual, long[] shape) = TfLiteRun.Floats(file, x, 1, size, size, 2);
        CollectionAssert.AreEqual(new long[] { 1, outputs, outputs, 3 }, shape);
        TfLiteRun.AreClose(expected, actual);
    }

    [TestMethod]
    [DataRow(MaxPool2D, 8)]
    [DataRow(MaxPool2D, 7)]
    [DataRow(AveragePool2D, 8)]
    [DataRow(AveragePool2D, 7)]
    public void Pooling_leaves_padding_out(int code, int size)
    {
        float[] x = TfLiteRun.Ramp(size * size, -3f);
        FlatNode options = new FlatNode().Set(1, 2).Set(2, 2).Set(3, 3).Set(4, 3);
        int outputs = (size + 1) / 2;
        int before = Math.Max(0, ((outputs - 1) * 2) + 3 - size) / 2;
        var inside = new List<float>[outputs * outputs];
        Each(outputs, 3, 1, (oy, ox, ky, kx, _) =>
        {
            (int y, int c) = ((oy * 2) + ky - before, (ox * 2) + kx - before);
            if (y >= 0 && y < size && c >= 0 && c < size)
            {
                (inside[(oy * outputs) + ox] ??= []).Add(x[(y * size) + c]);
            }
        });
        byte[] file = new TfLiteBuilder().Input(1, size, size, 1).Output(1, outputs, outputs, 1).Build(code, 5, options);
        TfLiteRun.AreClose([.. inside.Select(v => code == MaxPool2D ? v.Max() : v.Average())], TfLiteRun.Floats(file, x, 1, size, size, 1).Values);
    }

    [TestMethod]
    public void A_depth_multiplier_keeps_the_channels_of_one_input_together()
    {
        float[] x = TfLiteRun.Ramp(4 * 4 * 3);
        float[] w = TfLiteRun.Ramp(2 * 2 * 6, -0.5f);
        FlatNode options = new FlatNode().Set(0, (sbyte)1).Set(1, 1).Set(2, 1).Set(3, 2);
        byte[] file = new TfLiteBuilder().Input(1, 4, 4, 3).Constant(w, 1, 2, 2, 6).Output(1, 3, 3, 6).Build(DepthwiseConv2D, 2, options);
        var expected = new float[3 * 3 * 6];
        Each(3, 2, 6, (oy, ox, ky, kx, o) => expected[(((oy * 3) + ox) * 6) + o] += x[((((oy + ky) * 4) + ox + kx) * 3) + (o / 2)] * w[(((ky * 2) + kx) * 6) + o]);
        TfLiteRun.AreClose(expected, TfLiteRun.Floats(file, x, 1, 4, 4, 3).Values);
    }

    [TestMethod]
    [DataRow(7)]
    [DataRow(8)]
    public void A_transposed_convolution_has_the_size_that_it_is_told(int size)
    {
        // Same padding, stride 2: 4 elements come from 7 as well as from 8.
        float[] x = TfLiteRun.Ramp(4 * 4);
        float[] w = TfLiteRun.Ramp(9, -0.5f);
        FlatNode options = new FlatNode().Set(1, 2).Set(2, 2);
        byte[] file = new TfLiteBuilder().Constant([1, size, size, 1]).Constant(w, 1, 3, 3, 1).Input(1, 4, 4, 1).Output(1, size, size, 1).Build(TransposeConv, 49, options);
        int before = (6 + 3 - size) / 2;
        var expected = new float[size * size];
        Each(4, 3, 1, (iy, ix, ky, kx, _) =>
        {
            (int y, int c) = ((iy * 2) + ky - before, (ix * 2) + kx - before);
            if (y >= 0 && y < size && c >= 0 && c < size)
            {
                expected[(y * size) + c] += x[(iy * 4) + ix] * w[(ky * 3) + kx];
            }
        });
        TfLiteRun.AreClose(expected, TfLiteRun.Floats(file, x, 1, 4, 4, 1).Values);
    }

    private static void Each(int places, int window, int channels, Action<int, int, int, int, int> body)
    {
        for (int i = 0; i < places * places * window * window * channels; i++)
        {
            int channel = i % channels;
            int kernel = i / channels % (window * window);
            int place = i / channels / (window * window);
            body(place / places, place % places, kernel / window, kernel % window, channel);
        }
    }
}
