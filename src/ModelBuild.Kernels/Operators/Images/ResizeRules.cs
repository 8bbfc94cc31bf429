namespace ModelBuild.Kernels;

/// <summary>How Resize maps a position of its output to the input.</summary>
internal enum ResizeCoordinates
{
    HalfPixel,
    HalfPixelSymmetric,
    PytorchHalfPixel,
    TfHalfPixelForNearest,
    AlignCorners,
    Asymmetric,
    TfCropAndResize,
}

/// <summary>How Resize computes an element from those beside its position.</summary>
internal enum ResizeMode
{
    Nearest,
    Linear,
    Cubic,
}

/// <summary>Which element is the nearest.</summary>
internal enum NearestMode
{
    RoundPreferFloor,
    RoundPreferCeil,
    Floor,
    Ceil,
}

/// <summary>The attributes of Resize that every axis shares.</summary>
internal readonly record struct ResizeRules(ResizeCoordinates Coordinates, ResizeMode Mode, NearestMode Nearest, float CubicCoefficient, bool ExcludeOutside, bool Antialias)
{
    /// <summary>Reads ONNX's names.</summary>
    /// <exception cref="KernelException">A name is not one of them.</exception>
    public static ResizeRules Parse(string coordinates, string mode, string nearest, float cubicCoefficient, bool excludeOutside, bool antialias) => new(
        coordinates switch
        {
            "half_pixel" => ResizeCoordinates.HalfPixel,
            "half_pixel_symmetric" => ResizeCoordinates.HalfPixelSymmetric,
            "pytorch_half_pixel" => ResizeCoordinates.PytorchHalfPixel,
            "tf_half_pixel_for_nn" => ResizeCoordinates.TfHalfPixelForNearest,
            "align_corners" => ResizeCoordinates.AlignCorners,
            "asymmetric" => ResizeCoordinates.Asymmetric,
            "tf_crop_and_resize" => ResizeCoordinates.TfCropAndResize,
            _ => throw new KernelException($"Resize has no coordinate_transformation_mode '{coordinates}'."),
        },
        mode switch
        {
            "nearest" => ResizeMode.Nearest,
            "linear" or "bilinear" => ResizeMode.Linear,
            "cubic" => ResizeMode.Cubic,
            _ => throw new KernelException($"Resize has no mode '{mode}'."),
        },
        nearest switch
        {
            "round_prefer_floor" or "" => NearestMode.RoundPreferFloor,
            "round_prefer_ceil" => NearestMode.RoundPreferCeil,
            "floor" => NearestMode.Floor,
            "ceil" => NearestMode.Ceil,
            _ => throw new KernelException($"Resize has no nearest_mode '{nearest}'."),
        },
        cubicCoefficient,
        excludeOutside,
        antialias && mode != "nearest");
}
