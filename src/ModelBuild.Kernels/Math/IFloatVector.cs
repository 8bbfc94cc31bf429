namespace ModelBuild.Kernels;

/// <summary>
/// A group of <see cref="float"/> lanes of one width. Formulas are written once against it, so every width does the same operations in the same
/// order and gives the same bits wherever the processor has a fused multiply-add.
/// </summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public unsafe interface IFloatVector<TSelf>
    where TSelf : struct, IFloatVector<TSelf>
{
    /// <summary>Number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>The value in every lane.</summary>
    static abstract TSelf Create(float value);

    /// <summary>The lanes from memory, unaligned.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Writes the lanes to memory, unaligned.</summary>
    static abstract void Store(TSelf value, float* destination);

    /// <summary>Sum.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Difference.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>Product.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>Quotient.</summary>
    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary><c>left * right + addend</c>, rounded once; rounded twice on processors without that instruction.</summary>
    static abstract TSelf FusedMultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary><c>left &gt; right ? left : right</c>; so <paramref name="right"/> where one is NaN.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary><c>left &lt; right ? left : right</c>; so <paramref name="right"/> where one is NaN.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary>Square root, correctly rounded.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary>Rounds to the nearest integer, halves to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>Rounds towards negative infinity.</summary>
    static abstract TSelf Floor(TSelf value);

    /// <summary>All bits set in lanes where <paramref name="left"/> is less.</summary>
    static abstract TSelf LessThan(TSelf left, TSelf right);

    /// <summary>All bits set in lanes where both are equal.</summary>
    static abstract TSelf Equal(TSelf left, TSelf right);

    /// <summary><paramref name="whenTrue"/> in lanes where all bits of the mask are set, <paramref name="whenFalse"/> where none is; nothing is said of other masks.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenTrue, TSelf whenFalse);

    /// <summary>Bits of both.</summary>
    static abstract TSelf operator &(TSelf left, TSelf right);

    /// <summary>Bits of either.</summary>
    static abstract TSelf operator |(TSelf left, TSelf right);

    /// <summary>Bits of one of them.</summary>
    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>Sum of the bits as 32-bit integers.</summary>
    static abstract TSelf AddBits(TSelf left, TSelf right);

    /// <summary>Difference of the bits as 32-bit integers.</summary>
    static abstract TSelf SubtractBits(TSelf left, TSelf right);

    /// <summary>The bits moved up.</summary>
    static abstract TSelf ShiftLeft(TSelf value, int count);

    /// <summary>The bits as a signed integer moved down.</summary>
    static abstract TSelf ShiftRight(TSelf value, int count);

    /// <summary>The bits as a signed integer, converted.</summary>
    static abstract TSelf ConvertFromBits(TSelf value);
}
