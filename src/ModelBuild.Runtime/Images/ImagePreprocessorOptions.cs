namespace ModelBuild.Images;

/// <summary>
/// How pixels become a model's input, in this order: resize, centre crop, colour, <c>value * Scale</c>, <c>- Mean</c>, <c>/ Std</c>, layout.
/// The defaults change nothing but the channel order and layout.
/// </summary>
public sealed record ImagePreprocessorOptions
{
    /// <summary>What happens to the size first.</summary>
    public ImageResize Resize { get; init; } = ImageResize.None;

    /// <summary>Width for <see cref="ImageResize.Exact"/>, length of the shorter side for <see cref="ImageResize.Shortest"/>.</summary>
    public int ResizeWidth { get; init; }

    /// <summary>Height for <see cref="ImageResize.Exact"/>.</summary>
    public int ResizeHeight { get; init; }

    /// <summary>How new pixels are made.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>Whose rules are followed.</summary>
    public ResizeLibrary Library { get; init; } = ResizeLibrary.Pillow;

    /// <summary>Width of the centre crop; 0 for none.</summary>
    public int CropWidth { get; init; }

    /// <summary>Height of the centre crop; 0 for none.</summary>
    public int CropHeight { get; init; }

    /// <summary>Channels of the tensor.</summary>
    public ColorOrder Color { get; init; } = ColorOrder.Rgb;

    /// <summary>Factor on the values 0..255.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Subtracted per channel after scaling, in the tensor's channel order; empty for none.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [];

    /// <summary>Divisor per channel after the mean, in the tensor's channel order; empty for none.</summary>
    public IReadOnlyList<double> Std { get; init; } = [];

    /// <summary>Where the channels stand.</summary>
    public ImageLayout Layout { get; init; } = ImageLayout.ChannelsFirst;

    /// <summary>Width that the model takes; an image of another width after resize and crop is refused. 0 for any.</summary>
    public int TensorWidth { get; init; }

    /// <summary>Height that the model takes; an image of another height after resize and crop is refused. 0 for any.</summary>
    public int TensorHeight { get; init; }
}
