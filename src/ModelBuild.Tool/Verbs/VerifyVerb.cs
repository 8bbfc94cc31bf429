using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Data;
using ModelBuild.Tool.Compiling;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary><c>modelbuild verify ORIGINAL RESULT</c>: runs both on the same inputs and compares the outputs.</summary>
internal static class VerifyVerb
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CancellationToken cancellationToken)
    {
        var options = new CommonOptions();
        Argument<string> original = CommonOptions.File("ORIGINAL", "The model that is right.");
        Argument<string> other = CommonOptions.File("RESULT", "The model to check.");
        var relative = new Option<double?>("--rtol") { Description = "Allowed difference of each element relative to the original (default 1e-3).", HelpName = "X" };
        var absolute = new Option<double?>("--atol") { Description = "Allowed difference of each element on top of that (default 1e-5).", HelpName = "X" };
        var cosine = new Option<double?>("--cosine")
        {
            Description = "Least cosine between the outputs (default 0.99). Given without --rtol and --atol it alone decides, which suits compressed models.",
            HelpName = "X",
        };
        var layers = new Option<bool>("--layers") { Description = "Also compare intermediate values that both models have by the same name." };
        var count = new Option<int>("--count") { Description = "Number of generated inputs (default 1).", HelpName = "N", DefaultValueFactory = _ => 1 };
        Option<string> backend = BackendOption.Create("RESULT");
        var command = new Command("verify", "Compare two models on the same inputs; exit code 1 when they differ beyond the tolerance.")
        {
            original, other, backend, options.Signature, options.EncryptionKey, options.MaxUnpackedSize, options.Inputs, options.Shapes, options.Seed, count, relative, absolute, cosine, layers, options.Json, options.Quiet,
        };
        command.SetAction(result =>
        {
            var limits = VerifyLimits.Of(result.GetValue(relative), result.GetValue(absolute), result.GetValue(cosine));
            using RunnableModel expected = RunnableModel.Open(result.GetRequiredValue(original), options.ReadingOf(result));
            IDataSet data = ModelInputs.Read(expected.Model, result.GetValue(options.Inputs) ?? [], options.ShapesOf(result), result.GetValue(options.Seed), Math.Max(1, result.GetValue(count)));
            var comparison = new ComparisonOptions { Tolerance = limits.Elements, Layers = result.GetValue(layers) };
            ModelComparison compared = Waiting.While("Comparing", result.GetValue(options.Quiet), () =>
            {
                if (BackendOption.IsCompiled(result, backend))
                {
                    return CompiledComparer.Compare(expected.Path, result.GetRequiredValue(other), data, comparison, cancellationToken);
                }

                using RunnableModel actual = RunnableModel.Open(result.GetRequiredValue(other));
                return ModelComparer.Compare(expected.Path, actual.Path, data, comparison, cancellationToken);
            });
            bool passed = compared.Outputs.All(limits.Accepts);
            if (result.GetValue(options.Json))
            {
                JsonOutput.Write("verify", w => WriteJson(w, compared, limits, data, passed));
            }
            else if (!result.GetValue(options.Quiet))
            {
                WriteText(compared, limits, data, passed);
            }

            return passed ? ExitCode.Done : ExitCode.CheckFailed;
        });
        return command;
    }

    private static void WriteText(ModelComparison compared, VerifyLimits limits, IDataSet data, bool passed)
    {
        Console.Out.WriteLine($"Compared on {data.Name}, {compared.Batches} {(compared.Batches == 1 ? "call" : "calls")}");
        Write(compared.Outputs, limits);
        if (compared.Layers.Count > 0)
        {
            Terminal.Heading("Intermediate values");
            Write(compared.Layers, limits);
        }

        Console.Out.WriteLine(passed ? $"Within {limits}." : $"Beyond {limits}.");
    }

    private static void Write(IReadOnlyList<OutputComparison> rows, VerifyLimits limits) =>
        Terminal.Table(
            ["Name", ">Max abs", ">Max rel", ">Cosine", ">Top-1", ">Beyond tolerance", ""],
            [.. rows.Select(o => new[]
            {
                o.Name, Number(o.MaxAbsolute), Number(o.MaxRelative), Number(o.Cosine), o.Top1Agreement?.ToString("0.###%", CultureInfo.InvariantCulture) ?? "",
                $"{o.OutOfTolerance + o.NonFiniteMismatches} of {o.Elements}", o.Mismatch ?? (limits.Accepts(o) ? "ok" : "differs"),
            })]);

    private static string Number(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? "";

    private static void WriteJson(Utf8JsonWriter w, ModelComparison compared, VerifyLimits limits, IDataSet data, bool passed)
    {
        w.WriteBoolean("passed", passed);
        w.WriteString("data", data.Name);
        w.WriteNumber("calls", compared.Batches);
        w.WriteNumberOrNull("rtol", limits.ChecksElements ? limits.Elements.Relative : null);
        w.WriteNumberOrNull("atol", limits.ChecksElements ? limits.Elements.Absolute : null);
        w.WriteNumberOrNull("cosine", limits.Cosine);
        Write(w, "outputs", compared.Outputs, limits);
        Write(w, "layers", compared.Layers, limits);
    }

    private static void Write(Utf8JsonWriter w, string name, IReadOnlyList<OutputComparison> rows, VerifyLimits limits)
    {
        w.WriteStartArray(name);
        foreach (OutputComparison o in rows)
        {
            w.WriteStartObject();
            w.WriteString("name", o.Name);
            w.WriteBoolean("passed", limits.Accepts(o));
            w.WriteNumberOrNull("maxAbsolute", o.MaxAbsolute);
            w.WriteNumberOrNull("maxRelative", o.MaxRelative);
            w.WriteNumberOrNull("cosine", o.Cosine);
            w.WriteNumberOrNull("top1Agreement", o.Top1Agreement);
            w.WriteNumber("elements", o.Elements);
            w.WriteNumber("beyondTolerance", o.OutOfTolerance + o.NonFiniteMismatches);
            if (o.Mismatch is { } mismatch)
            {
                w.WriteString("mismatch", mismatch);
            }

            w.WriteEndObject();
        }

        w.WriteEndArray();
    }
}

/// <summary>When outputs count as equal.</summary>
/// <param name="Elements">Tolerance of each element.</param>
/// <param name="ChecksElements">Whether it counts.</param>
/// <param name="Cosine">Least cosine, or null when it does not count.</param>
internal sealed record VerifyLimits(Tolerance Elements, bool ChecksElements, double? Cosine)
{
    private const double DefaultCosine = 0.99;

    /// <summary>Elements and cosine count unless one of them is named alone.</summary>
    public static VerifyLimits Of(double? relative, double? absolute, double? cosine)
    {
        bool elements = relative is not null || absolute is not null || cosine is null;
        bool direction = cosine is not null || (relative is null && absolute is null);
        return new VerifyLimits(
            new Tolerance(relative ?? Tolerance.Default.Relative, absolute ?? Tolerance.Default.Absolute), elements, direction ? cosine ?? DefaultCosine : null);
    }

    /// <summary>Whether an output is close enough. Text, integers and truth values must be equal where elements count.</summary>
    public bool Accepts(OutputComparison o) =>
        o.Mismatch is null
        && o.NonFiniteMismatches == 0
        && (!(ChecksElements || o.Cosine is null) || o.OutOfTolerance == 0)
        && (Cosine is not { } least || o.Cosine is not { } c || c >= least);

    /// <inheritdoc/>
    public override string ToString() => string.Join(" and ", new[]
    {
        ChecksElements ? FormattableString.Invariant($"rtol {Elements.Relative} with atol {Elements.Absolute}") : null,
        Cosine is { } c ? FormattableString.Invariant($"cosine {c}") : null,
    }.OfType<string>());
}
