namespace ModelBuild.Manifest;

/// <summary>
/// How the compiled backend runs a model: values with their homes in memory, and calls of kernels in order. Content of <c>&lt;Class&gt;.mbplan</c>.
/// The source generator writes it as C#, and an interpreter runs it in the tool: both make the same calls.
/// </summary>
internal sealed record Plan
{
    /// <summary>Sizes that are known when the inputs are: each is read from one dimension of an input.</summary>
    public EquatableArray<PlanSymbol> Symbols { get; init; }

    /// <summary>Formulas over the symbols in the grammar of signatures; a <see cref="PlanNumber"/> refers to them by index.</summary>
    public EquatableArray<string> Sizes { get; init; }

    /// <summary>Every value; others refer to them by index.</summary>
    public EquatableArray<PlanValueInfo> Values { get; init; }

    /// <summary>Values of the model's inputs, in order.</summary>
    public EquatableArray<int> Inputs { get; init; }

    /// <summary>For each input the value with its default, or -1 when the caller must give it.</summary>
    public EquatableArray<int> Defaults { get; init; }

    /// <summary>Values of the model's outputs, in order.</summary>
    public EquatableArray<int> Outputs { get; init; }

    /// <summary>Bytes of the arena when no size is symbolic; -1 when it is laid out for each combination of sizes.</summary>
    public long ArenaBytes { get; init; }

    /// <summary>Bytes of the weights; the weights file has a header before them.</summary>
    public long WeightsBytes { get; init; }

    /// <summary>SHA-256 of the weights in lower-case hexadecimal; empty when nobody will compare it.</summary>
    public string WeightsHash { get; init; } = "";

    /// <summary>What is done, in order.</summary>
    public EquatableArray<PlanStatement> Body { get; init; }
}

/// <summary>A size that is read from an input.</summary>
/// <param name="Name">Its name in formulas.</param>
/// <param name="Input">Index of the input.</param>
/// <param name="Dimension">Dimension of that input.</param>
internal sealed record PlanSymbol(string Name, int Input, int Dimension);

/// <summary>A number that is fixed, or one of the plan's sizes.</summary>
/// <param name="Value">The number, or the index of the size.</param>
/// <param name="IsSize">Which of the two.</param>
internal readonly record struct PlanNumber(long Value, bool IsSize)
{
    /// <summary>A fixed number.</summary>
    public static implicit operator PlanNumber(long value) => new(value, false);
}

/// <summary>What a value is.</summary>
internal enum PlanValueKind
{
    /// <summary>A dense tensor.</summary>
    Tensor,
    /// <summary>A list of values.</summary>
    Sequence,
    /// <summary>A value that may be absent.</summary>
    Optional,
    /// <summary>A dictionary.</summary>
    Map,
}

/// <summary>Where a value lies.</summary>
internal enum PlanHome
{
    /// <summary>In memory of its own, because its size depends on the data or it is no tensor of numbers.</summary>
    Own,
    /// <summary>In the arena, at an offset.</summary>
    Arena,
    /// <summary>In the weights file, at an offset.</summary>
    Weights,
    /// <summary>In the caller's memory: an input, by its index.</summary>
    Input,
    /// <summary>In the caller's memory: an output, by its index.</summary>
    Output,
    /// <summary>In the memory of another value, by its index, with a shape of its own.</summary>
    Alias,
}

/// <summary>One value.</summary>
/// <param name="Name">Name in the model, or what a step calls it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="ElementType">Number of the tensor's element type (ONNX's); that of the entries for a sequence or optional; 0 when not known.</param>
/// <param name="HasShape">Whether the shape is known from the inputs' sizes alone.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Home">Where it lies.</param>
/// <param name="Place">Offset in arena or weights, index of input, output or value; see <paramref name="Home"/>.</param>
/// <param name="First">Position of the first statement that touches it.</param>
/// <param name="Last">Position of the last statement that touches it; the arena reuses its place afterwards.</param>
internal sealed record PlanValueInfo(
    string Name, PlanValueKind Kind, int ElementType, bool HasShape, EquatableArray<PlanNumber> Shape, PlanHome Home, long Place, int First, int Last);

/// <summary>One step. Positions number the statements in the order of the text, nested ones included.</summary>
/// <param name="Layer">Node of the model that it comes from.</param>
internal abstract record PlanStatement(string Layer);

/// <summary>A call of a method of <c>ModelBuild.Kernels</c>.</summary>
/// <param name="Layer">Node of the model that it comes from.</param>
/// <param name="Kernel"><c>Class.Method</c>, with type arguments in angle brackets where the method has them.</param>
/// <param name="UsesContext">Whether the first parameter is the kernel context.</param>
/// <param name="Arguments">The arguments in the order of the parameters.</param>
internal sealed record PlanCall(string Layer, string Kernel, bool UsesContext, EquatableArray<PlanArgument> Arguments) : PlanStatement(Layer);

/// <summary>Runs one of two blocks.</summary>
/// <param name="Layer">Node of the model that it comes from.</param>
/// <param name="Condition">Value with one boolean.</param>
/// <param name="Then">When it is true.</param>
/// <param name="Else">When it is false.</param>
internal sealed record PlanIf(string Layer, int Condition, EquatableArray<PlanStatement> Then, EquatableArray<PlanStatement> Else) : PlanStatement(Layer);

/// <summary>Runs a block while the number of iterations is below a limit and a condition holds.</summary>
/// <param name="Layer">Node of the model that it comes from.</param>
/// <param name="TripCount">Value with the limit, a 64-bit integer; -1 for none.</param>
/// <param name="Condition">Value with one boolean that is looked at before each iteration; -1 for none.</param>
/// <param name="Iteration">Value that receives the number of the iteration, a 64-bit integer.</param>
/// <param name="Body">What is repeated.</param>
internal sealed record PlanLoop(string Layer, int TripCount, int Condition, int Iteration, EquatableArray<PlanStatement> Body) : PlanStatement(Layer);

/// <summary>What an argument is.</summary>
internal enum PlanArgumentKind
{
    /// <summary>Nothing: null.</summary>
    None,
    /// <summary>First element of a value; <see cref="PlanArgument.Type"/> is the pointer's C# type.</summary>
    Pointer,
    /// <summary>A value; <see cref="PlanArgument.Type"/> is its class.</summary>
    Value,
    /// <summary>Several values; <see cref="PlanArgument.Type"/> is their class.</summary>
    Values,
    /// <summary>An integer; <see cref="PlanArgument.Type"/> is <c>int</c>, <c>long</c> or <c>nint</c>.</summary>
    Integer,
    /// <summary>Integers; <see cref="PlanArgument.Type"/> is the type of one.</summary>
    Integers,
    /// <summary>A number; <see cref="PlanArgument.Type"/> is <c>float</c> or <c>double</c>.</summary>
    Float,
    /// <summary>Numbers of type <c>float</c>.</summary>
    Floats,
    /// <summary>A boolean, 0 or 1 in <see cref="PlanArgument.Numbers"/>.</summary>
    Boolean,
    /// <summary>A member of an enumeration: <see cref="PlanArgument.Type"/> is its name, the member stands in <see cref="PlanArgument.Texts"/>.</summary>
    Enumeration,
    /// <summary>A text.</summary>
    Text,
    /// <summary>Texts.</summary>
    Texts,
}

/// <summary>One argument of a call.</summary>
/// <param name="Name">Name of the parameter.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Type">Type of the parameter; see <paramref name="Kind"/>.</param>
/// <param name="IsOutput">Whether the call writes it.</param>
/// <param name="Numbers">Indices of values; integers; a float's bits as an integer (of its own width).</param>
/// <param name="Texts">Texts.</param>
internal sealed record PlanArgument(string Name, PlanArgumentKind Kind, string Type, bool IsOutput, EquatableArray<PlanNumber> Numbers, EquatableArray<string> Texts)
{
    /// <summary>The index in <see cref="Numbers"/> that stands for an absent value.</summary>
    public const int Absent = -1;
}
