namespace ModelBuild.Kernels;

/// <summary>A tile height as a type, so that each instantiation of a microkernel has it as a constant.</summary>
internal interface IRows
{
    /// <summary>The height.</summary>
    static abstract int Rows { get; }
}

internal readonly struct Rows1 : IRows
{
    public static int Rows => 1;
}

internal readonly struct Rows2 : IRows
{
    public static int Rows => 2;
}

internal readonly struct Rows3 : IRows
{
    public static int Rows => 3;
}

internal readonly struct Rows4 : IRows
{
    public static int Rows => 4;
}

internal readonly struct Rows5 : IRows
{
    public static int Rows => 5;
}

internal readonly struct Rows6 : IRows
{
    public static int Rows => 6;
}

internal readonly struct Rows7 : IRows
{
    public static int Rows => 7;
}

internal readonly struct Rows8 : IRows
{
    public static int Rows => 8;
}

internal readonly struct Rows9 : IRows
{
    public static int Rows => 9;
}

internal readonly struct Rows10 : IRows
{
    public static int Rows => 10;
}

internal readonly struct Rows11 : IRows
{
    public static int Rows => 11;
}

internal readonly struct Rows12 : IRows
{
    public static int Rows => 12;
}

internal readonly struct Rows13 : IRows
{
    public static int Rows => 13;
}

internal readonly struct Rows14 : IRows
{
    public static int Rows => 14;
}
