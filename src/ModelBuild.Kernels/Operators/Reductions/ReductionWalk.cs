namespace ModelBuild.Kernels;

/// <summary>Calls for every result of a reduction and every element of it where the elements lie.</summary>
internal unsafe ref struct ReductionWalk
{
    private readonly Span<long> _memory;
    private readonly int _kept;
    private readonly int _reduced;

    /// <summary>Lays the dimensions out.</summary>
    /// <param name="shape">Dimensions.</param>
    /// <param name="memory">Room for 2 numbers per dimension of the shape.</param>
    public ReductionWalk(in ReductionShape shape, Span<long> memory)
    {
        _memory = memory;
        long stride = 1;
        int rank = shape.Rank;
        Results = 1;
        for (int pass = 0; pass < 2; pass++)
        {
            stride = 1;
            for (int d = rank - 1; d >= 0; d--)
            {
                if (shape.IsReduced[d] == (pass == 1))
                {
                    int at = _kept + _reduced;
                    _memory[at] = shape.Sizes[d];
                    _memory[rank + at] = stride;
                    if (pass == 0)
                    {
                        _kept++;
                        Results *= shape.Sizes[d];
                    }
                    else
                    {
                        _reduced++;
                    }
                }

                stride *= shape.Sizes[d];
            }
        }

        Elements = shape.Count;
    }

    /// <summary>Number of results.</summary>
    public long Results { get; }

    /// <summary>Number of elements of each result.</summary>
    public long Elements { get; }

    /// <summary>Where the elements of a result begin.</summary>
    public readonly long Start(long result) => Offset(result, 0, _kept);

    /// <summary>Distance of an element from the first one of its result.</summary>
    public readonly long Element(long element) => _reduced == 1 ? element * _memory[_kept + _reduced + _kept] : Offset(element, _kept, _reduced);

    private readonly long Offset(long index, int first, int count)
    {
        int rank = _kept + _reduced;
        long offset = 0;
        for (int d = first; d < first + count; d++)
        {
            (index, long position) = Math.DivRem(index, _memory[d]);
            offset += position * _memory[rank + d];
        }

        return offset;
    }
}
