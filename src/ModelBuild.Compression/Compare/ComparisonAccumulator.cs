using ModelBuild.Graphs;

namespace ModelBuild.Compression.Compare;

/// <summary>When elements count as different.</summary>
/// <param name="Relative">Allowed part of |expected|.</param>
/// <param name="Absolute">Allowed on top.</param>
public readonly record struct Tolerance(double Relative, double Absolute)
{
    /// <summary>The tolerances of <c>modelbuild verify</c>: 1e-3 relative and 1e-5 absolute.</summary>
    public static Tolerance Default => new(1e-3, 1e-5);
}

/// <summary>Sums up the differences between expected and actual tensors of one name, batch by batch. Memory does not grow with the data.</summary>
/// <param name="name">Name of the output or value.</param>
/// <param name="tolerance">When elements count as different.</param>
public sealed class ComparisonAccumulator(string name, Tolerance tolerance)
{
    private const int Piece = 4096;

    private ElementType _type;
    private string? _mismatch;
    private long _elements;
    private long _outOfTolerance;
    private long _nonFinite;
    private double _maxAbsolute;
    private double _maxRelative;
    private double _squaredError;
    private double _squaredExpected;
    private double _squaredActual;
    private double _product;
    private long _rows;
    private long _sameTop;
    private long _finitePairs;

    /// <summary>Adds one pair.</summary>
    public void Add(TensorData expected, TensorData actual)
    {
        if (_type == ElementType.Undefined)
        {
            _type = expected.ElementType;
        }

        if (expected.ElementType != actual.ElementType)
        {
            _mismatch ??= $"element type {actual.ElementType.Name()} instead of {expected.ElementType.Name()}";
        }
        else if (!expected.Dimensions.SequenceEqual(actual.Dimensions))
        {
            _mismatch ??= $"shape [{string.Join(',', actual.Dimensions.ToArray())}] instead of [{string.Join(',', expected.Dimensions.ToArray())}]";
        }
        else if (expected.Strings is { } expectedText)
        {
            AddText(expectedText, actual.Strings!);
        }
        else if (!ElementReader.CanRead(expected.ElementType))
        {
            AddBytes(expected, actual);
        }
        else
        {
            AddNumbers(expected, actual);
        }
    }

    /// <summary>Notes that a pair can't be compared, such as an output that is not a tensor.</summary>
    public void AddMismatch(string reason) => _mismatch ??= reason;

    /// <summary>The differences so far.</summary>
    public OutputComparison ToResult()
    {
        bool numeric = ElementReader.CanRead(_type);
        return new OutputComparison
        {
            Name = name,
            ElementType = _type,
            Elements = _elements,
            MaxAbsolute = _maxAbsolute,
            MaxRelative = _maxRelative,
            RootMeanSquareError = _finitePairs > 0 ? Math.Sqrt(_squaredError / _finitePairs) : 0,
            Cosine = numeric && _mismatch is null ? CosineOf() : null,
            SignalToNoise = numeric && _mismatch is null && _squaredError > 0 ? 10 * Math.Log10(_squaredExpected / _squaredError) : null,
            Top1Agreement = _rows > 0 && _mismatch is null ? (double)_sameTop / _rows : null,
            OutOfTolerance = _outOfTolerance,
            NonFiniteMismatches = _nonFinite,
            Mismatch = _mismatch,
        };
    }

    private double CosineOf()
    {
        if (_squaredExpected == 0 && _squaredActual == 0)
        {
            return 1;
        }

        double norm = Math.Sqrt(_squaredExpected) * Math.Sqrt(_squaredActual);
        return norm > 0 ? Math.Clamp(_product / norm, -1, 1) : 0;
    }

    private void AddText(IReadOnlyList<ReadOnlyMemory<byte>> expected, IReadOnlyList<ReadOnlyMemory<byte>> actual)
    {
        for (int i = 0; i < expected.Count; i++)
        {
            _outOfTolerance += expected[i].Span.SequenceEqual(actual[i].Span) ? 0 : 1;
        }

        _elements += expected.Count;
    }

    private void AddBytes(TensorData expected, TensorData actual)
    {
        _elements += expected.ElementCount;
        for (long offset = 0; offset < expected.ByteLength; offset += Piece)
        {
            int length = (int)Math.Min(Piece, expected.ByteLength - offset);
            if (!expected.GetBytes(offset, length).SequenceEqual(actual.GetBytes(offset, length)))
            {
                _outOfTolerance++;
            }
        }
    }

    private void AddNumbers(TensorData expected, TensorData actual)
    {
        Span<double> e = stackalloc double[Piece / 8];
        Span<double> a = stackalloc double[Piece / 8];
        bool exact = !expected.ElementType.IsFloat();
        long row = expected.Rank > 0 && expected.Dimensions[^1] > 1 && expected.ElementType != ElementType.Bool ? expected.Dimensions[^1] : 0;
        var top = new RowTop(row);
        for (long start = 0; start < expected.ElementCount; start += e.Length)
        {
            int count = (int)Math.Min(e.Length, expected.ElementCount - start);
            ElementReader.Read(expected, start, e[..count]);
            ElementReader.Read(actual, start, a[..count]);
            for (int i = 0; i < count; i++)
            {
                AddPair(e[i], a[i], exact);
            }

            if (row > 0)
            {
                top.Add(e[..count], a[..count]);
            }
        }

        _elements += expected.ElementCount;
        _rows += top.Rows;
        _sameTop += top.Same;
    }

    private void AddPair(double e, double a, bool exact)
    {
        if (!double.IsFinite(e) || !double.IsFinite(a))
        {
            bool same = e == a || (double.IsNaN(e) && double.IsNaN(a));
            _nonFinite += same ? 0 : 1;
            _outOfTolerance += same ? 0 : 1;
            return;
        }

        double difference = Math.Abs(a - e);
        _finitePairs++;
        _maxAbsolute = Math.Max(_maxAbsolute, difference);
        if (e != 0)
        {
            _maxRelative = Math.Max(_maxRelative, difference / Math.Abs(e));
        }

        _squaredError += difference * difference;
        _squaredExpected += e * e;
        _squaredActual += a * a;
        _product += e * a;
        if (exact ? difference != 0 : difference > tolerance.Absolute + (tolerance.Relative * Math.Abs(e)))
        {
            _outOfTolerance++;
        }
    }

    /// <summary>Finds the largest element per row while the rows pass by in pieces.</summary>
    private struct RowTop(long length)
    {
        private long _at;
        private double _bestExpected;
        private double _bestActual;
        private long _topExpected;
        private long _topActual;

        public long Rows { get; private set; }

        public long Same { get; private set; }

        public void Add(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
        {
            for (int i = 0; i < expected.Length; i++)
            {
                if (_at == 0 || expected[i] > _bestExpected)
                {
                    (_bestExpected, _topExpected) = (expected[i], _at);
                }

                if (_at == 0 || actual[i] > _bestActual)
                {
                    (_bestActual, _topActual) = (actual[i], _at);
                }

                if (++_at == length)
                {
                    Rows++;
                    Same += _topExpected == _topActual ? 1 : 0;
                    _at = 0;
                }
            }
        }
    }
}
