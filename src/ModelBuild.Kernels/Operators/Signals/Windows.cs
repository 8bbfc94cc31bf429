namespace ModelBuild.Kernels;

/// <summary>ONNX's window functions: weighted sums of cosines over the length of a frame.</summary>
public static unsafe class Windows
{
    /// <summary>Hann's window, <c>sin(pi n / N)^2</c>.</summary>
    /// <param name="size">Number of elements.</param>
    /// <param name="output">The window.</param>
    /// <param name="outputDatatype">Type of the elements, by ONNX's number.</param>
    /// <param name="periodic">Whether N is the size, for spectra, or one less, for filters.</param>
    /// <exception cref="KernelException">The size is negative or the type is not a number's.</exception>
    public static void HannWindow(TensorValue size, [Output] TensorValue output, long outputDatatype = 1, long periodic = 1) =>
        Fill(size, output, outputDatatype, periodic != 0, 0.5, 0.5, 0);

    /// <summary>Hamming's window, <c>25/46 - 21/46 cos(2 pi n / N)</c>.</summary>
    /// <param name="size">Number of elements.</param>
    /// <param name="output">The window.</param>
    /// <param name="outputDatatype">Type of the elements, by ONNX's number.</param>
    /// <param name="periodic">Whether N is the size, for spectra, or one less, for filters.</param>
    /// <exception cref="KernelException">The size is negative or the type is not a number's.</exception>
    public static void HammingWindow(TensorValue size, [Output] TensorValue output, long outputDatatype = 1, long periodic = 1) =>
        Fill(size, output, outputDatatype, periodic != 0, 25.0 / 46, 21.0 / 46, 0);

    /// <summary>Blackman's window, <c>0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N)</c>.</summary>
    /// <param name="size">Number of elements.</param>
    /// <param name="output">The window.</param>
    /// <param name="outputDatatype">Type of the elements, by ONNX's number.</param>
    /// <param name="periodic">Whether N is the size, for spectra, or one less, for filters.</param>
    /// <exception cref="KernelException">The size is negative or the type is not a number's.</exception>
    public static void BlackmanWindow(TensorValue size, [Output] TensorValue output, long outputDatatype = 1, long periodic = 1) =>
        Fill(size, output, outputDatatype, periodic != 0, 0.42, 0.5, 0.08);

    private static void Fill(TensorValue size, TensorValue output, long type, bool periodic, double constant, double first, double second)
    {
        long length = RealNumbers.Scalar(size, "The size of a window");
        output.Resize((TensorElementType)type, length);
        using var target = new RealOutput<double>(output);
        double period = periodic ? length : length - 1;
        for (long n = 0; n < length; n++)
        {
            double angle = 2 * Math.PI * n / period;
            target.Pointer[n] = period == 0 ? 1 : constant - (first * Math.Cos(angle)) + (second * Math.Cos(2 * angle));
        }

        target.Commit();
    }
}
