namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Shapes() =>
    [
        new("Reshape", typeof(Reshaping)),
        new("Flatten", typeof(Reshaping)),
        new("Squeeze", typeof(Reshaping)),
        new("Unsqueeze", typeof(Reshaping)),
        new("Transpose", typeof(Transposition)),
        new("Concat", typeof(Joining)),
        new("Split", typeof(Joining)),
        new("Slice", typeof(Slicing)),
        new("Pad", typeof(Padding)),
        new("Tile", typeof(Repeating)),
        new("Expand", typeof(Repeating)),
        new("Shape", typeof(ShapeQueries)),
        new("Size", typeof(ShapeQueries)),
        new("ConstantOfShape", typeof(Generating)),
        new("Range", typeof(Generating)),
        new("EyeLike", typeof(Generating)),
        new("OneHot", typeof(OneHotEncoding)),
        new("Trilu", typeof(Triangles)),
        new("DepthToSpace", typeof(Rearranging)),
        new("SpaceToDepth", typeof(Rearranging)),
        new("ReverseSequence", typeof(Rearranging)),
    ];
}
