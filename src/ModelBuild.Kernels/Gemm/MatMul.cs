namespace ModelBuild.Kernels;

/// <summary>Products of activations in fp32, one or a batch, with the order of summation of <see cref="Gemm"/>.</summary>
public static unsafe class MatMul
{
    /// <summary>
    /// <c>c = activation(scale * op(a) * op(b) + bias)</c> for each matrix of a batch; the leading dimensions of both operands are broadcast.
    /// </summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="a">First operand, contiguous.</param>
    /// <param name="b">Second operand, contiguous.</param>
    /// <param name="bias">One element per column of the result, or null.</param>
    /// <param name="c">Result, contiguous; must not overlap the others.</param>
    /// <param name="aShape">Shape of <paramref name="a"/>, at least two sizes.</param>
    /// <param name="bShape">Shape of <paramref name="b"/>, at least two sizes.</param>
    /// <param name="transposeA">Whether the last two dimensions of <paramref name="a"/> change places.</param>
    /// <param name="transposeB">Whether the last two dimensions of <paramref name="b"/> change places.</param>
    /// <param name="scale">Factor of the product; it multiplies <paramref name="b"/>.</param>
    /// <param name="activation">What is applied last.</param>
    /// <param name="alpha">First parameter of the activation.</param>
    /// <param name="beta">Second parameter of the activation.</param>
    /// <exception cref="KernelException">The shapes don't fit together.</exception>
    public static void Batched(
        KernelContext context,
        float* a,
        float* b,
        float* bias,
        [Output] float* c,
        ReadOnlySpan<long> aShape,
        ReadOnlySpan<long> bShape,
        bool transposeA = false,
        bool transposeB = false,
        float scale = 1,
        Activation activation = Activation.None,
        float alpha = 0,
        float beta = 0)
    {
        int memory = ProductShape.MemoryLength(aShape, bShape);
        var shape = new ProductShape(aShape, bShape, memory <= 64 ? stackalloc long[memory] : new long[memory], transposeA, transposeB);
        Strided(
            context, a, b, bias, c, shape.Batch, shape.ABatch, shape.BBatch, shape.CBatch, shape.M, shape.N, shape.K, shape.ARow, shape.AColumn, shape.BRow, shape.BColumn, shape.N,
            scale, activation, alpha, beta);
    }

    /// <summary><c>c = activation(scale * a * b + bias)</c> for each matrix of a batch, with any strides: so transposes of operands and result cost nothing of their own.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="a">First operand.</param>
    /// <param name="b">Second operand.</param>
    /// <param name="bias">One element per column of the result, or null.</param>
    /// <param name="c">Result; must not overlap the others.</param>
    /// <param name="batch">Sizes of the batch, outermost first; empty for one product.</param>
    /// <param name="aBatch">For each of them, elements from one matrix of <paramref name="a"/> to the next; 0 repeats it.</param>
    /// <param name="bBatch">The same for <paramref name="b"/>.</param>
    /// <param name="cBatch">The same for <paramref name="c"/>.</param>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Columns of the result.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="aRow">Elements from row to row of <paramref name="a"/>.</param>
    /// <param name="aColumn">Elements from column to column of <paramref name="a"/>.</param>
    /// <param name="bRow">Elements from row to row of <paramref name="b"/>.</param>
    /// <param name="bColumn">Elements from column to column of <paramref name="b"/>.</param>
    /// <param name="cRow">Elements from row to row of <paramref name="c"/>, whose columns are adjacent.</param>
    /// <param name="scale">Factor of the product; it multiplies <paramref name="b"/>.</param>
    /// <param name="activation">What is applied last.</param>
    /// <param name="alpha">First parameter of the activation.</param>
    /// <param name="beta">Second parameter of the activation.</param>
    public static void Strided(
        KernelContext context,
        float* a,
        float* b,
        float* bias,
        [Output] float* c,
        ReadOnlySpan<long> batch,
        ReadOnlySpan<long> aBatch,
        ReadOnlySpan<long> bBatch,
        ReadOnlySpan<long> cBatch,
        long m,
        long n,
        long k,
        long aRow,
        long aColumn,
        long bRow,
        long bColumn,
        long cRow,
        float scale = 1,
        Activation activation = Activation.None,
        float alpha = 0,
        float beta = 0)
    {
        int rank = batch.Length;
        long matrices = 1;
        foreach (long size in batch)
        {
            matrices *= size;
        }

        if (m <= 0 || n <= 0 || matrices == 0)
        {
            return;
        }

        // Where every matrix of a is multiplied by the same b, and follows the one before as a row would, all are one matrix.
        while (rank > 0 && bBatch[rank - 1] == 0 && (batch[rank - 1] == 1 || (aBatch[rank - 1] == m * aRow && cBatch[rank - 1] == m * cRow)))
        {
            m *= batch[rank - 1];
            rank--;
        }

        var work = new StridedProduct
        {
            A = a,
            B = b,
            C = c,
            Bias = bias,
            M = m,
            N = n,
            K = k,
            ARow = aRow,
            AColumn = aColumn,
            BRow = bRow,
            BColumn = bColumn,
            CRow = cRow,
            Scale = scale,
            Epilogue = new Epilogue(activation, alpha, beta),
            Rank = rank,
        };
        fixed (long* sizes = batch, aSteps = aBatch, bSteps = bBatch, cSteps = cBatch)
        {
            work.Batch = sizes;
            work.ABatch = aSteps;
            work.BBatch = bSteps;
            work.CBatch = cSteps;
            work.Run(context);
        }
    }
}
