namespace ModelBuild.Kernels;

/// <summary>How a node of a tree compares a feature.</summary>
internal enum TreeMode : byte
{
    LessOrEqual = 0,
    Less = 1,
    GreaterOrEqual = 2,
    Greater = 3,
    Equal = 4,
    NotEqual = 5,
    Member = 6,
    Leaf = 7,
}

/// <summary>A node of a tree ensemble as it is walked: 24 bytes, children by their place among all nodes.</summary>
internal struct TreeNode
{
    /// <summary>What the feature is compared with.</summary>
    public double Threshold;

    /// <summary>The feature. Of a leaf: not used.</summary>
    public int Feature;

    /// <summary>Where to go when the comparison holds. Of a leaf: its first weight.</summary>
    public int True;

    /// <summary>Where to go otherwise. Of a leaf: how many weights it has.</summary>
    public int False;

    /// <summary>The comparison.</summary>
    public TreeMode Mode;

    /// <summary>Whether a feature that is not a number counts as a comparison that holds.</summary>
    public bool MissingIsTrue;

    /// <summary>Nothing; the arrays become part of a file that has to be the same every time, so no byte is left undefined.</summary>
    public short Padding;
}

/// <summary>What a leaf adds to one target.</summary>
internal struct TreeWeight
{
    /// <summary>The weight.</summary>
    public double Value;

    /// <summary>The target or class.</summary>
    public int Target;

    /// <summary>Nothing, as in a node.</summary>
    public int Padding;
}
