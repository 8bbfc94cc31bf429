using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Every class of layer that is read.</summary>
internal static class LayerList
{
    /// <summary>One line per file.</summary>
    public static IReadOnlyList<KerasLayer> All { get; } =
    [
        new Activation(),
        new AdvancedActivation(),
        new Attention(),
        new BatchNormalization(),
        new Bidirectional(),
        new Borders(),
        new CenterCrop(),
        new Concatenate(),
        new Conv(),
        new ConvTranspose(),
        new Dense(),
        new DepthwiseConv(),
        new Dot(),
        new EinsumDense(),
        new Embedding(),
        new Flatten(),
        new GlobalPooling(),
        new GroupNormalization(),
        new Identities(),
        new LayerNormalization(),
        new Masking(),
        new Merge(),
        new MultiHeadAttention(),
        new Normalization(),
        new OperatorLambda(),
        new Permute(),
        new Pooling(),
        new PRelu(),
        new Recurrent(),
        new RepeatVector(),
        new Rescaling(),
        new Reshape(),
        new Resizing(),
        new TimeDistributed(),
        new UnitNormalization(),
        new UpSampling(),
    ];

    private static readonly Dictionary<string, KerasLayer> s_byName = All.SelectMany(l => l.ClassNames.Select(n => (n, l))).ToDictionary(p => p.n, p => p.l, StringComparer.Ordinal);

    /// <summary>The layer of a class, or null. A package in front of the name doesn't count.</summary>
    public static KerasLayer? Find(string className) => s_byName.GetValueOrDefault(className);

    /// <summary>Why a class is not read.</summary>
    public static string Reason(string className) => className switch
    {
        "Lambda" => "it holds Python code, which is not run; replace it by layers, such as Rescaling or Reshape",
        "ConvLSTM1D" or "ConvLSTM2D" or "ConvLSTM3D" => "convolutional recurrence is not supported; the closest form is TimeDistributed convolutions with an LSTM",
        "StackedRNNCells" => "stacked cells are not supported; use one recurrent layer after the other",
        "TextVectorization" or "StringLookup" or "IntegerLookup" or "Hashing" or "Discretization" or "CategoryEncoding" or "HashedCrossing" => "it prepares data; do that before the model",
        "TensorFlowOpLayer" or "SlicingOpLambda" => "TensorFlow operations inside a Keras model are supported as TFOpLambda only",
        _ => "it is no layer of Keras that is supported; a class of one's own has its code in Python, not in the file",
    };
}
