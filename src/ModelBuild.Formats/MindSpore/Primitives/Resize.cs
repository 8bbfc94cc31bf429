using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Images of another size.</summary>
internal sealed class Resize : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("ResizeBilinear", "Resize"), ("ResizeBilinearV2", "Resize"), ("ResizeNearestNeighbor", "Resize"), ("ResizeNearestNeighborV2", "Resize"), ("UpsampleNearest2D", "Resize")];

    public override MindValue Read(PrimitiveCall call)
    {
        call.RequireChannelsFirst();
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        bool isLinear = call.Primitive.StartsWith("ResizeBilinear", StringComparison.Ordinal);
        bool isUpsample = call.Primitive == "UpsampleNearest2D";
        bool align = !isUpsample && call.Bool("align_corners", 2);
        bool half = !isUpsample && call.Bool("half_pixel_centers", 3);
        string coordinates = align ? "align_corners" : half ? "half_pixel" : "asymmetric";

        // Nearest rounds half up with aligned corners and takes the floor otherwise.
        string nearest = align ? "round_prefer_ceil" : "floor";
        if (!isLinear && half)
        {
            throw new UnsupportedOperatorException("it takes the nearest pixel with half_pixel_centers; without it is supported");
        }

        long[] size = call.Ints(isUpsample ? "output_size" : "size", 1) is { Length: 2 } two ? two : throw new UnsupportedOperatorException("its size is not known");
        Value batch = b.Add("Shape", [x], ("end", 2L));
        Value sizes = b.Add("Concat", [batch, b.Integers(size)], ("axis", 0L));
        return call.Emit("Resize", [x, null, null, sizes], [("mode", isLinear ? "linear" : "nearest"), ("coordinate_transformation_mode", coordinates), .. isLinear ? Array.Empty<(string, AttributeValue)>() : [("nearest_mode", nearest)]]);
    }
}
