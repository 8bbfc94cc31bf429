namespace ModelBuild.Kernels;

/// <summary>What the elements of a type can be held in without loss.</summary>
internal enum NumberKind
{
    /// <summary><see cref="double"/>.</summary>
    Real,

    /// <summary><see cref="long"/>.</summary>
    Signed,

    /// <summary><see cref="ulong"/>, its bits in a <see cref="long"/>.</summary>
    Unsigned,
}
