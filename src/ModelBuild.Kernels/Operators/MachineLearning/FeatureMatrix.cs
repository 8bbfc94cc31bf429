namespace ModelBuild.Kernels;

/// <summary>How the operators of <c>ai.onnx.ml</c> see a tensor of features: rows of examples; one dimension is one example.</summary>
internal readonly record struct FeatureMatrix(long Rows, long Columns)
{
    /// <summary>The rows and columns of a tensor.</summary>
    /// <exception cref="KernelException">It has no dimensions.</exception>
    public static FeatureMatrix Of(TensorValue x, string name)
    {
        if (x.Rank == 0)
        {
            throw new KernelException($"{name} needs rows of features, not {x}.");
        }

        if (x.Rank == 1)
        {
            return new FeatureMatrix(1, x.Shape[0]);
        }

        long columns = 1;
        foreach (long size in x.Shape[1..])
        {
            columns *= size;
        }

        return new FeatureMatrix(x.Shape[0], columns);
    }
}
