using System.Buffers;

namespace ModelBuild.Images;

/// <summary>
/// The weighted source positions of each new position along one axis, for a window of them, in pooled memory:
/// position <c>i</c> reads <c>Count(i)</c> source positions beginning with <c>Start(i)</c>.
/// </summary>
internal readonly struct Taps : IDisposable
{
    private readonly int[] _starts;
    private readonly int[] _weights;

    /// <param name="length">New positions.</param>
    /// <param name="maximum">Most source positions that one of them reads.</param>
    public Taps(int length, int maximum)
    {
        if ((long)length * maximum > Array.MaxLength || length > Array.MaxLength / 2)
        {
            throw new ArgumentException("The image is too large to resize at once.");
        }

        Length = length;
        Maximum = maximum;
        _starts = ArrayPool<int>.Shared.Rent(length * 2);
        _weights = ArrayPool<int>.Shared.Rent(length * maximum);
    }

    public int Length { get; }

    public int Maximum { get; }

    /// <summary>First source position that any new one reads.</summary>
    public int First
    {
        get
        {
            int first = int.MaxValue;
            for (int i = 0; i < Length; i++)
            {
                first = Math.Min(first, Start(i));
            }

            return first;
        }
    }

    /// <summary>One past the last source position that any new one reads.</summary>
    public int End
    {
        get
        {
            int end = 0;
            for (int i = 0; i < Length; i++)
            {
                end = Math.Max(end, Start(i) + Count(i));
            }

            return end;
        }
    }

    public int Start(int index) => _starts[index * 2];

    public int Count(int index) => _starts[(index * 2) + 1];

    public ReadOnlySpan<int> Weights(int index) => _weights.AsSpan(index * Maximum, Count(index));

    /// <summary>Sets where a position reads; the returned weights are to be filled.</summary>
    public Span<int> Set(int index, int start, int count)
    {
        _starts[index * 2] = start;
        _starts[(index * 2) + 1] = count;
        return _weights.AsSpan(index * Maximum, count);
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_starts);
        ArrayPool<int>.Shared.Return(_weights);
    }
}
