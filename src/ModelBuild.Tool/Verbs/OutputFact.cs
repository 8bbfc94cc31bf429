using ModelBuild.Compression.Compare;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Tool.Verbs;

/// <summary>One output of a call.</summary>
internal sealed class OutputFact
{
    private OutputFact(string name, string type, TensorData? tensor)
    {
        Name = name;
        Type = type;
        Tensor = tensor;
    }

    /// <summary>Name in the model.</summary>
    public string Name { get; }

    /// <summary>Element type, or what it is when it is no tensor.</summary>
    public string Type { get; }

    /// <summary>The content, valid until the value is disposed; null when it is no tensor.</summary>
    public TensorData? Tensor { get; }

    /// <summary>Least element; null for text and for no elements.</summary>
    public double? Minimum { get; private set; }

    /// <summary>Largest element; null for text and for no elements.</summary>
    public double? Maximum { get; private set; }

    /// <summary>Mean of the elements; null for text and for no elements.</summary>
    public double? Mean { get; private set; }

    /// <summary>File that it was written to.</summary>
    public string? File { get; set; }

    /// <summary>Looks at a value.</summary>
    public static OutputFact Of(string name, OrtValue value) => Of(name, OrtTensors.View(value), value.Kind.ToString().ToLowerInvariant());

    /// <summary>Looks at a tensor.</summary>
    /// <param name="name">Name in the model.</param>
    /// <param name="tensor">The content; null when it is no tensor.</param>
    /// <param name="kind">What it is then.</param>
    public static OutputFact Of(string name, TensorData? tensor, string kind = "sequence")
    {
        var fact = new OutputFact(name, tensor is null ? kind : tensor.ElementType.Name(), tensor);
        if (tensor is { ElementCount: > 0, Strings: null } && tensor.ElementType is not (ElementType.Complex64 or ElementType.Complex128))
        {
            fact.Measure(tensor);
        }

        return fact;
    }

    private void Measure(TensorData tensor)
    {
        const int Piece = 4096;
        var numbers = new double[Piece];
        (double least, double most, double sum) = (double.PositiveInfinity, double.NegativeInfinity, 0);
        for (long start = 0; start < tensor.ElementCount; start += Piece)
        {
            Span<double> piece = numbers.AsSpan(0, (int)Math.Min(Piece, tensor.ElementCount - start));
            ElementReader.Read(tensor, start, piece);
            foreach (double number in piece)
            {
                least = Math.Min(least, number);
                most = Math.Max(most, number);
                sum += number;
            }
        }

        (Minimum, Maximum, Mean) = (least, most, sum / tensor.ElementCount);
    }
}
