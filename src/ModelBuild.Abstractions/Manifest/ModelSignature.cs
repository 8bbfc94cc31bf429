namespace ModelBuild.Manifest;

/// <summary>
/// What the source generator needs to know of one model: content of <c>&lt;Class&gt;.mbsig</c>. Written from the model's
/// header and the item's metadata alone, so that it is the same before and after the model is converted.
/// </summary>
internal sealed record ModelSignature
{
    /// <summary>Name of the generated class, a valid C# identifier.</summary>
    public string ClassName { get; init; } = "";

    /// <summary>Namespace of the generated class; empty for the global one.</summary>
    public string Namespace { get; init; } = "";

    /// <summary><c>internal</c> or <c>public</c>.</summary>
    public string Accessibility { get; init; } = "internal";

    /// <summary>File name of the model, without a folder.</summary>
    public string ModelFile { get; init; } = "";

    /// <summary>Name of the format, such as <c>ONNX</c>.</summary>
    public string Format { get; init; } = "";

    /// <summary>SHA-256 of the model file in lower-case hexadecimal.</summary>
    public string ContentHash { get; init; } = "";

    /// <summary>The model's own description.</summary>
    public string DocString { get; init; } = "";

    /// <summary>Program that wrote the model, with its version.</summary>
    public string Producer { get; init; } = "";

    /// <summary>Licence as the model's metadata states it.</summary>
    public string License { get; init; } = "";

    /// <summary><c>Compiled</c> or <c>OnnxRuntime</c>: never <c>Auto</c>, which is decided when this is written.</summary>
    public string Backend { get; init; } = "";

    /// <summary>Why <c>Auto</c> chose the backend; empty when the item named it.</summary>
    public string BackendReason { get; init; } = "";

    /// <summary>Ordered execution providers, such as <c>Cuda</c>, <c>Cpu</c>.</summary>
    public EquatableArray<string> ExecutionProviders { get; init; }

    /// <summary>Weights file relative to the application's folder with forward slashes, such as <c>models/X.onnx</c>.</summary>
    public string WeightsFile { get; init; } = "";

    /// <summary><c>File</c> or <c>Embedded</c>.</summary>
    public string Storage { get; init; } = "File";

    /// <summary>How the weights are stored, such as <c>int8</c>; <c>none</c> when unchanged.</summary>
    public string Quantize { get; init; } = "none";

    /// <summary>Inputs that the caller gives, in the model's order: without constants.</summary>
    public EquatableArray<TensorSignature> Inputs { get; init; }

    /// <summary>Outputs in the model's order.</summary>
    public EquatableArray<TensorSignature> Outputs { get; init; }

    /// <summary>Inputs with a fixed content (<c>Constants="sr=16000"</c>).</summary>
    public EquatableArray<ConstantSignature> Constants { get; init; }

    /// <summary>Inputs that are fed from an output of the call before (<c>State="state=stateN"</c>).</summary>
    public EquatableArray<StateSignature> States { get; init; }

    /// <summary>Inputs that start with the last elements of the call before (<c>Context="input=64"</c>).</summary>
    public EquatableArray<ContextSignature> Contexts { get; init; }

    /// <summary>Image inputs and how pixels become their elements.</summary>
    public EquatableArray<PreprocessSignature> Preprocess { get; init; }

    /// <summary>Class names of the first output in order; empty when there are none.</summary>
    public EquatableArray<string> Labels { get; init; }

    /// <summary>Tokenizer file as deployed; empty when there is none.</summary>
    public string Tokenizer { get; init; } = "";

    /// <summary>How token vectors become one vector: <c>mean</c>, <c>cls</c>, <c>max</c>, each optionally with <c>;normalize</c>.</summary>
    public string Pooling { get; init; } = "";
}

/// <summary>One input or output.</summary>
/// <param name="Name">Name in the model.</param>
/// <param name="PublicName">Name that the identifier is made from: the item's <c>Rename</c>, else <paramref name="Name"/>.</param>
/// <param name="ElementType">Such as <c>float32</c>, <c>int64</c>, <c>string</c>.</param>
/// <param name="Kind"><c>tensor</c>, or <c>sequence</c>, <c>optional</c>, <c>map</c>, <c>sparse</c> for values that only come as results.</param>
/// <param name="HasShape">Whether the rank is known.</param>
/// <param name="Dimensions">A number, a symbol or formula over the inputs' symbols, or <c>?</c> when it depends on the data.</param>
/// <param name="DocString">The model's description of it.</param>
/// <param name="IsOptional">Whether the model has a default for it.</param>
internal sealed record TensorSignature(
    string Name, string PublicName, string ElementType, string Kind, bool HasShape, EquatableArray<string> Dimensions, string DocString, bool IsOptional);

/// <summary>An input with a fixed content.</summary>
/// <param name="Name">Name in the model.</param>
/// <param name="ElementType">Such as <c>int64</c>.</param>
/// <param name="Dimensions">Fixed sizes.</param>
/// <param name="Value">One number in invariant form, for every element.</param>
internal sealed record ConstantSignature(string Name, string ElementType, EquatableArray<string> Dimensions, string Value);

/// <summary>An input that is fed from an output of the call before; zeros at first.</summary>
/// <param name="Input">Name of the input in the model.</param>
/// <param name="Output">Name of the output in the model.</param>
internal sealed record StateSignature(string Input, string Output);

/// <summary>An input whose first elements of the last dimension are the last ones of the call before; zeros at first.</summary>
/// <param name="Input">Name of the input in the model.</param>
/// <param name="Count">Number of carried elements.</param>
internal sealed record ContextSignature(string Input, int Count);

/// <summary>How pixels become an input's elements, in this order: resize, crop, colour order, range, mean, standard deviation, layout.</summary>
/// <param name="Input">Name of the input in the model.</param>
/// <param name="Resize"><c>none</c>, <c>exact</c> (to width and height) or <c>shortest</c> (the shorter side, keeping the ratio).</param>
/// <param name="ResizeWidth">Width for <c>exact</c>, length of the shorter side for <c>shortest</c>.</param>
/// <param name="ResizeHeight">Height for <c>exact</c>.</param>
/// <param name="Interpolation"><c>nearest</c>, <c>bilinear</c>, <c>bicubic</c>, <c>lanczos</c> or <c>area</c>.</param>
/// <param name="Library">Whose resampling rule: <c>pillow</c> (antialiased) or <c>opencv</c>.</param>
/// <param name="CropWidth">Width of the centre crop; 0 for none.</param>
/// <param name="CropHeight">Height of the centre crop; 0 for none.</param>
/// <param name="Color"><c>rgb</c>, <c>bgr</c> or <c>gray</c>.</param>
/// <param name="Scale">Factor on the 0..255 values, in invariant form, such as <c>0.00392156862745098</c>.</param>
/// <param name="Mean">Subtracted per channel after scaling, invariant forms; empty for none.</param>
/// <param name="Std">Divisor per channel after the mean, invariant forms; empty for none.</param>
/// <param name="Layout"><c>NCHW</c>, <c>NHWC</c>, <c>CHW</c> or <c>HWC</c>.</param>
internal sealed record PreprocessSignature(
    string Input, string Resize, int ResizeWidth, int ResizeHeight, string Interpolation, string Library, int CropWidth, int CropHeight,
    string Color, string Scale, EquatableArray<string> Mean, EquatableArray<string> Std, string Layout);
