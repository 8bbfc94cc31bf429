namespace ModelBuild.Kernels;

/// <summary>ONNX's DFT and STFT. Both compute in float64.</summary>
public static unsafe class FourierTransforms
{
    /// <summary>The discrete Fourier transform along one dimension.</summary>
    /// <param name="input">[..., 1] of real or [..., 2] of complex numbers.</param>
    /// <param name="dftLength">Length of the transform: longer signals are cut, shorter ones get zeros. By default the signal's.</param>
    /// <param name="axis">The dimension, by default the last before the parts of the numbers.</param>
    /// <param name="output">The spectrum; real numbers where a one-sided one is transformed back.</param>
    /// <param name="inverse">Whether to transform back.</param>
    /// <param name="onesided">Whether only the first half of the spectrum is given, because the other mirrors it.</param>
    /// <exception cref="KernelException">The sizes contradict each other.</exception>
    public static void DFT(TensorValue input, TensorValue? dftLength, TensorValue? axis, [Output] TensorValue output, long inverse = 0, long onesided = 0)
    {
        int rank = input.Rank;
        long dimension = axis is null ? -2 : RealNumbers.Scalar(axis, "The axis of DFT");
        dimension = dimension < 0 ? dimension + rank : dimension;
        if (rank < 2 || dimension < 0 || dimension >= rank - 1 || input.Shape[rank - 1] is not (1 or 2))
        {
            throw new KernelException($"DFT can't transform {input} along axis {dimension}.");
        }

        bool mirrored = inverse != 0 && onesided != 0;
        long available = input.Shape[(int)dimension];
        long length = dftLength is null ? (mirrored ? Math.Max(1, 2 * (available - 1)) : available) : RealNumbers.Scalar(dftLength, "The length of DFT");
        if (length < 1)
        {
            throw new KernelException($"DFT can't have the length {length}.");
        }

        long bins = onesided != 0 && !mirrored ? (length / 2) + 1 : length;
        Span<long> shape = rank <= 16 ? stackalloc long[rank] : new long[rank];
        input.Shape.CopyTo(shape);
        shape[(int)dimension] = bins;
        shape[^1] = mirrored ? 1 : 2;
        output.Resize(input.ElementType, shape);
        _ = RealNumbers.IsDouble(input);
        if (output.Length == 0)
        {
            return;
        }

        long inner = 1;
        foreach (long size in shape[((int)dimension + 1)..^1])
        {
            inner *= size;
        }

        int parts = (int)input.Shape[rank - 1];
        long outer = output.Length / (bins * inner * shape[^1]);
        using var source = new RealInput<double>(input);
        using var target = new RealOutput<double>(output);
        using var line = new NativeBuffer<double>(2 * length);
        using var transform = new FourierTransform(length, inverse != 0);
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < inner; i++)
            {
                Read(source.Pointer + (((o * available * inner) + i) * parts), line.Pointer, Math.Min(available, mirrored ? (length / 2) + 1 : length), length, inner, parts, mirrored);
                transform.Run(line.Pointer);
                Write(line.Pointer, target.Pointer + (((o * bins * inner) + i) * shape[^1]), bins, inner, (int)shape[^1]);
            }
        }

        target.Commit();
    }

    /// <summary>The discrete Fourier transforms of a signal's overlapping frames.</summary>
    /// <param name="signal">[N, length, 1] of real or [N, length, 2] of complex numbers; [N, length] also counts as real.</param>
    /// <param name="frameStep">Distance of two frames.</param>
    /// <param name="window">What a frame is multiplied with, by default ones.</param>
    /// <param name="frameLength">Length of a frame, by default the window's.</param>
    /// <param name="output">[N, frames, bins, 2].</param>
    /// <param name="onesided">Whether only the first half of each spectrum is given, because the other mirrors it.</param>
    /// <exception cref="KernelException">The sizes contradict each other.</exception>
    public static void STFT(TensorValue signal, TensorValue frameStep, TensorValue? window, TensorValue? frameLength, [Output] TensorValue output, long onesided = 1)
    {
        if (signal.Rank is not (2 or 3) || (signal.Rank == 3 && signal.Shape[2] is not (1 or 2)) || window is { Rank: not 1 })
        {
            throw new KernelException($"STFT can't take {signal} with the window {window?.ToString() ?? "none"}.");
        }

        int parts = signal.Rank == 3 ? (int)signal.Shape[2] : 1;
        long available = signal.Shape[1];
        long step = RealNumbers.Scalar(frameStep, "The step of STFT");
        long length = frameLength is not null ? RealNumbers.Scalar(frameLength, "The frames' length of STFT") : window?.Length ?? available;
        if (step < 1 || length < 1 || length > available || (window is not null && window.Length != length))
        {
            throw new KernelException($"STFT can't cut {signal} into frames of {length} at steps of {step} with the window {window?.ToString() ?? "none"}.");
        }

        long frames = ((available - length) / step) + 1;
        long bins = onesided != 0 ? (length / 2) + 1 : length;
        output.Resize(signal.ElementType, signal.Shape[0], frames, bins, 2);
        _ = RealNumbers.IsDouble(signal);
        using var source = new RealInput<double>(signal);
        using var factors = new RealInput<double>(window);
        using var target = new RealOutput<double>(output);
        using var line = new NativeBuffer<double>(2 * length);
        using var transform = new FourierTransform(length, inverse: false);
        for (long frame = 0; frame < signal.Shape[0] * frames; frame++)
        {
            Read(source.Pointer + (((frame / frames * available) + (frame % frames * step)) * parts), line.Pointer, length, length, 1, parts, mirrored: false);
            for (long i = 0; i < length && window is not null; i++)
            {
                line.Pointer[2 * i] *= factors.Pointer[i];
                line.Pointer[(2 * i) + 1] *= factors.Pointer[i];
            }

            transform.Run(line.Pointer);
            Write(line.Pointer, target.Pointer + (frame * bins * 2), bins, 1, 2);
        }

        target.Commit();
    }

    private static void Read(double* source, double* line, long count, long length, long stride, int parts, bool mirrored)
    {
        for (long k = 0; k < count; k++)
        {
            line[2 * k] = source[k * stride * parts];
            line[(2 * k) + 1] = parts == 2 ? source[(k * stride * parts) + 1] : 0;
        }

        for (long k = count; k < length; k++)
        {
            line[2 * k] = 0;
            line[(2 * k) + 1] = 0;
        }

        if (!mirrored)
        {
            return;
        }

        // A real signal has a real constant part, and the other half is the conjugate.
        line[1] = 0;
        for (long k = 1; 2 * k < length; k++)
        {
            line[2 * (length - k)] = line[2 * k];
            line[(2 * (length - k)) + 1] = -line[(2 * k) + 1];
        }

        if (length % 2 == 0)
        {
            line[length + 1] = 0;
        }
    }

    private static void Write(double* line, double* target, long bins, long stride, int parts)
    {
        for (long k = 0; k < bins; k++)
        {
            target[k * stride * parts] = line[2 * k];
            if (parts == 2)
            {
                target[(k * stride * parts) + 1] = line[(2 * k) + 1];
            }
        }
    }
}
