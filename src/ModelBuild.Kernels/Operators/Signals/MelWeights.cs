namespace ModelBuild.Kernels;

/// <summary>ONNX's MelWeightMatrix.</summary>
public static unsafe class MelWeights
{
    /// <summary>Triangular filters, equally wide on the mel scale (<c>2595 log10(1 + f / 700)</c>), that turn a spectrum into mel bins by a matrix product.</summary>
    /// <param name="numMelBins">Number of filters.</param>
    /// <param name="dftLength">Length of the transform that made the spectrum.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="lowerEdgeHertz">Where the first filter starts.</param>
    /// <param name="upperEdgeHertz">Where the last filter ends.</param>
    /// <param name="output">[dft length / 2 + 1, filters].</param>
    /// <param name="outputDatatype">Type of the elements, by ONNX's number.</param>
    /// <exception cref="KernelException">A size is negative, or a filter lies beyond the spectrum.</exception>
    public static void MelWeightMatrix(
        TensorValue numMelBins, TensorValue dftLength, TensorValue sampleRate, TensorValue lowerEdgeHertz, TensorValue upperEdgeHertz, [Output] TensorValue output, long outputDatatype = 1)
    {
        long filters = RealNumbers.Scalar(numMelBins, "The number of mel bins");
        long length = RealNumbers.Scalar(dftLength, "The length of the transform");
        long rate = RealNumbers.Scalar(sampleRate, "The sample rate");
        double low = RealNumbers.RealScalar(lowerEdgeHertz, "The lower edge");
        double high = RealNumbers.RealScalar(upperEdgeHertz, "The upper edge");
        if (filters < 0 || length < 0 || rate < 1)
        {
            throw new KernelException($"MelWeightMatrix can't make {filters} filters for a transform of {length} at {rate} samples per second.");
        }

        long bins = (length / 2) + 1;
        output.Resize((TensorElementType)outputDatatype, bins, filters);
        using var target = new RealOutput<double>(output);
        for (long i = 0; i < target.Length; i++)
        {
            target.Pointer[i] = 0;
        }

        double lowMel = 2595 * Math.Log10(1 + (low / 700));
        double highMel = 2595 * Math.Log10(1 + (high / 700));
        double step = (highMel - lowMel) / (filters + 2);
        for (long i = 0; i < filters; i++)
        {
            long start = Bin(i);
            long middle = Bin(i + 1);
            long end = Bin(i + 2);
            if (start == middle)
            {
                target.Pointer[(middle * filters) + i] = 1;
            }

            for (long j = start; j <= middle && start < middle; j++)
            {
                target.Pointer[(j * filters) + i] = (double)(j - start) / (middle - start);
            }

            for (long j = middle; j < end; j++)
            {
                target.Pointer[(j * filters) + i] = (double)(end - j) / (end - middle);
            }
        }

        target.Commit();

        long Bin(long index)
        {
            double hertz = 700 * (Math.Pow(10, ((index * step) + lowMel) / 2595) - 1);
            double bin = Math.Floor((length + 1) * hertz / rate);
            return bin >= 0 && bin < bins ? (long)bin : throw new KernelException($"A mel filter at {hertz} Hz lies beyond the {bins} bins of the spectrum at {rate} samples per second.");
        }
    }
}
