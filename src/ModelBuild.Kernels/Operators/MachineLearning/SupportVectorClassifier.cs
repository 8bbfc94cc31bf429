namespace ModelBuild.Kernels;

/// <summary>A support vector machine with several classes.</summary>
internal readonly unsafe ref struct SupportVectorClassifier
{
    private readonly ClassLabels _labels;
    private readonly ReadOnlySpan<float> _coefficients;
    private readonly SupportVectorKernel _kernel;
    private readonly ReadOnlySpan<float> _slopes;
    private readonly ReadOnlySpan<float> _offsets;
    private readonly ReadOnlySpan<float> _rho;
    private readonly ReadOnlySpan<float> _vectors;
    private readonly ReadOnlySpan<long> _vectorsPerClass;
    private readonly int _columns;
    private readonly int _count;

    public SupportVectorClassifier(
        ClassLabels labels, ReadOnlySpan<float> coefficients, SupportVectorKernel kernel, ReadOnlySpan<float> slopes, ReadOnlySpan<float> offsets, ReadOnlySpan<float> rho,
        ReadOnlySpan<float> vectors, ReadOnlySpan<long> vectorsPerClass, long columns)
    {
        _labels = labels;
        _coefficients = coefficients;
        _kernel = kernel;
        _slopes = slopes;
        _offsets = offsets;
        _rho = rho;
        _vectors = vectors;
        _vectorsPerClass = vectorsPerClass;
        Int128 count = 0;
        foreach (long part in vectorsPerClass)
        {
            count = part < 0 || count < 0 ? -1 : count + part;
        }

        long classes = labels.Count;
        long pairs = classes * (classes - 1) / 2;
        bool fits = count > 0
            ? vectorsPerClass.Length == classes && vectors.Length == count * columns && coefficients.Length >= (classes - 1) * count && rho.Length >= pairs
                && slopes.Length == offsets.Length && (slopes.Length == 0 || slopes.Length >= pairs)
            : count == 0 && classes > 0 && coefficients.Length == classes * columns && rho.Length > 0;
        if (!fits || columns > int.MaxValue)
        {
            throw new KernelException(
                $"SVMClassifier of {classes} classes and {columns} features can't have {count} support vectors of {vectors.Length} numbers, {coefficients.Length} coefficients, {rho.Length} offsets and {slopes.Length} slopes.");
        }

        _columns = (int)columns;
        _count = (int)count;
    }

    private bool HasProbabilities => _slopes.Length > 0;

    private int Pairs => _labels.Count * (_labels.Count - 1) / 2;

    public void Run(TensorValue x, FeatureMatrix matrix, TensorValue y, TensorValue z, PostTransform transform)
    {
        int classes = _labels.Count;
        bool margins = _count > 0 && !HasProbabilities;
        int width = margins ? (classes > 2 ? Pairs : 2) : classes;
        int scored = margins ? Pairs : classes;
        SecondClass second = margins && classes <= 2 ? (transform == PostTransform.None ? SecondClass.Negation : SecondClass.Complement) : SecondClass.Absent;
        _labels.Prepare(y, matrix.Rows);
        z.Resize(TensorElementType.Float32, matrix.Rows, width);
        using var features = new RealInput<double>(x);
        using var scores = new NativeBuffer<double>(Math.Max(2, width));
        using var pairs = new NativeBuffer<double>(Pairs);
        using var kernels = new NativeBuffer<double>(_count);
        using var votes = new NativeBuffer<int>(classes);
        for (long n = 0; n < matrix.Rows; n++)
        {
            double* example = features.Pointer + (n * _columns);
            scores.Span.Clear();
            if (_count == 0)
            {
                ScoreLinear(example, scores.Span);
                _labels.Write(y, n, ChooseLinear(scores.Span[..classes]));
            }
            else
            {
                ScorePairs(example, kernels.Span, pairs.Span, votes.Span);
                _labels.Write(y, n, votes.Span.IndexOf(Most(votes.Span)));
                if (HasProbabilities)
                {
                    PairwiseCoupling.Estimate(classes, pairs.Span, _slopes, _offsets, scores.Span[..classes]);
                }
                else
                {
                    pairs.Span.CopyTo(scores.Span);
                }
            }

            PostTransforms.Apply(transform, scores.Pointer, scored, second);
            RealNumbers.Store(TensorElementType.Float32, scores.Pointer, width, (byte*)(z.Pointer<float>() + (n * width)));
        }
    }

    private static int Most(ReadOnlySpan<int> votes)
    {
        int most = 0;
        foreach (int count in votes)
        {
            most = Math.Max(most, count);
        }

        return most;
    }

    private void ScoreLinear(double* example, Span<double> scores)
    {
        for (int c = 0; c < _labels.Count; c++)
        {
            scores[c] = _rho[0] + _kernel.Evaluate(example, _coefficients.Slice(c * _columns, _columns));
        }
    }

    private int ChooseLinear(ReadOnlySpan<double> scores)
    {
        int best = LinearModels.Largest(scores);
        if (_labels.Count != 2)
        {
            return best;
        }

        bool positive = true;
        foreach (float coefficient in _coefficients)
        {
            positive &= coefficient >= 0;
        }

        return (positive && scores[best] >= 0.5) || (!positive && scores[best] > 0) ? 1 : best;
    }

    private void ScorePairs(double* example, Span<double> kernels, Span<double> pairs, Span<int> votes)
    {
        for (int v = 0; v < _count; v++)
        {
            kernels[v] = _kernel.Evaluate(example, _vectors.Slice(v * _columns, _columns));
        }

        votes.Clear();
        int pair = 0;
        int startI = 0;
        for (int i = 0; i < _labels.Count; i++)
        {
            int countI = (int)_vectorsPerClass[i];
            int startJ = startI + countI;
            for (int j = i + 1; j < _labels.Count; j++)
            {
                int countJ = (int)_vectorsPerClass[j];
                double sum = _rho[pair] + Sum(kernels, startI, countI, j - 1) + Sum(kernels, startJ, countJ, i);
                pairs[pair++] = sum;
                votes[sum > 0 ? i : j]++;
                startJ += countJ;
            }

            startI += countI;
        }
    }

    private double Sum(ReadOnlySpan<double> kernels, int start, int count, int row)
    {
        double sum = 0;
        for (int v = start; v < start + count; v++)
        {
            sum += _coefficients[(row * _count) + v] * kernels[v];
        }

        return sum;
    }
}
