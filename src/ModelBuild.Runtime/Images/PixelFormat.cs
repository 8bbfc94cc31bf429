namespace ModelBuild.Images;

/// <summary>How the bytes of one pixel follow each other in memory. Alpha is ignored, not blended.</summary>
public enum PixelFormat
{
    /// <summary>Red, green, blue, alpha: 4 bytes.</summary>
    Rgba32,
    /// <summary>Blue, green, red, alpha: 4 bytes.</summary>
    Bgra32,
    /// <summary>Red, green, blue: 3 bytes.</summary>
    Rgb24,
    /// <summary>Blue, green, red: 3 bytes.</summary>
    Bgr24,
    /// <summary>One byte of luminance; it stands for all three colours where a model wants colours.</summary>
    Gray8,
}

/// <summary>What happens to the size of an image first.</summary>
public enum ImageResize
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>To the given width and height, whatever that does to the aspect ratio.</summary>
    Exact,
    /// <summary>The shorter side to the given length, the longer one to <c>length * longer / shorter</c> rounded down (the rule of torchvision).</summary>
    Shortest,
}

/// <summary>How new pixels are made from old ones. The exact rule is that of the <see cref="ResizeLibrary"/>.</summary>
public enum Interpolation
{
    /// <summary>Copies one pixel.</summary>
    Nearest,
    /// <summary>Triangle filter; 2 taps when enlarging.</summary>
    Bilinear,
    /// <summary>Cubic filter; a = -0.5 in Pillow, -0.75 in OpenCV.</summary>
    Bicubic,
    /// <summary>Windowed sinc; 3 lobes in Pillow, 4 in OpenCV.</summary>
    Lanczos,
    /// <summary>Average over the area that a new pixel covers: <c>BOX</c> in Pillow, <c>INTER_AREA</c> in OpenCV.</summary>
    Area,
}

/// <summary>Library whose resampling and grey rules are followed, as a rule the one that the model was trained with.</summary>
public enum ResizeLibrary
{
    /// <summary>Pillow: filters widen when shrinking (antialiasing).</summary>
    Pillow,
    /// <summary>OpenCV: fixed number of taps, except for <see cref="Interpolation.Area"/>.</summary>
    OpenCv,
}

/// <summary>Channels of the tensor in their order.</summary>
public enum ColorOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,
    /// <summary>Blue, green, red.</summary>
    Bgr,
    /// <summary>One channel: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded as the library does.</summary>
    Gray,
}

/// <summary>Where the channels stand in the tensor.</summary>
public enum ImageLayout
{
    /// <summary>One plane per channel: <c>NCHW</c>, <c>CHW</c>.</summary>
    ChannelsFirst,
    /// <summary>All channels of a pixel together: <c>NHWC</c>, <c>HWC</c>.</summary>
    ChannelsLast,
}
