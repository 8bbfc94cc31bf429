using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Tool.Assets;
using ModelBuild.Tool.Caching;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary><c>modelbuild inspect FILE</c>: what a model file holds. Reads its header only.</summary>
internal static class InspectVerb
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new CommonOptions();
        Argument<string> file = CommonOptions.File("FILE", "The model.");
        var passes = new Option<bool>("--passes") { Description = "Also try the passes and shape inference, and show what they decline and why." };
        var plan = new Option<bool>("--plan") { Description = "Show how the compiled backend runs the model: steps, kernels, memory, and what was chosen or declined and why." };
        var command = new Command("inspect", "Show inputs, outputs, operators, parameters and sizes of a model.") { file, options.Signature, options.EncryptionKey, options.MaxUnpackedSize, options.Shapes, options.Json, passes, plan };
        command.SetAction(result =>
        {
            if (result.GetValue(plan))
            {
                PlanReport.Write(result.GetRequiredValue(file), options.ReadingOf(result), result.GetValue(options.Json));
                return ExitCode.Done;
            }

            string path = result.GetRequiredValue(file);
            ModelReadOptions reading = options.ReadingOf(result);
            if (ModelFormats.SniffWeights(path) is { } weights)
            {
                using TensorFile tensors = weights.Read(path, reading);
                SummaryReport.Write(path, SummaryReport.Of(weights, tensors), null, result.GetValue(options.Json));
                return ExitCode.Done;
            }

            ModelFacts facts;
            try
            {
                facts = ModelFacts.Read(path, result.GetValue(passes), reading);
            }
            catch (ModelException e) when (SummaryReport.TryRead(path, reading) is { } summary)
            {
                // What can't be converted can still be looked at.
                SummaryReport.Write(path, summary, e, result.GetValue(options.Json));
                return ExitCode.Done;
            }

            if (result.GetValue(options.Json))
            {
                JsonOutput.Write("inspect", w => WriteJson(w, facts));
            }
            else
            {
                WriteText(facts);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteText(ModelFacts f)
    {
        Console.Out.WriteLine($"{f.File}: {f.Format}, {ByteSize.Format(f.FileBytes + f.ExternalBytes)}{(f.ExternalBytes > 0 ? $" ({ByteSize.Format(f.ExternalBytes)} in {f.ExternalFiles} external files)" : "")}");
        var rows = new List<(string, string)>
        {
            ("IR version", f.IrVersion.ToString(CultureInfo.InvariantCulture)),
            ("Operator sets", string.Join(", ", f.Opsets.Select(o => $"{(o.Key.Length == 0 ? "ai.onnx" : o.Key)} {o.Value}"))),
            ("Producer", f.Producer),
            ("Graph", f.Graph),
            ("Parameters", f.Parameters.ToString("N0", CultureInfo.InvariantCulture)),
            ("Weights", $"{ByteSize.Format(f.WeightBytes)} in {f.Initializers} initializers: {string.Join(", ", f.WeightTypes.Select(t => $"{t.Key} {ByteSize.Format(t.Value)}"))}"),
            ("Nodes", f.Nodes.ToString(CultureInfo.InvariantCulture)),
            ("Description", f.Description),
        };
        rows.AddRange(f.Metadata.Select(m => ("Metadata " + m.Key, m.Value)));
        foreach ((string name, string value) in rows.Where(r => r.Item2.Length > 0))
        {
            Console.Out.WriteLine($"{name + ":",-15} {Shorten(value)}");
        }

        Values("Inputs", f.Inputs);
        Values("Outputs", f.Outputs);
        Terminal.Heading("Operators");
        Terminal.Table(["Operator", ">Count"], [.. f.Operators.Select(o => new[] { o.Domain.Length == 0 ? o.Name : $"{o.Domain}.{o.Name}", o.Count.ToString(CultureInfo.InvariantCulture) })]);
        if (f.Functions.Count > 0)
        {
            Terminal.Heading("Functions");
            Terminal.Table(["Function", ">Nodes"], [.. f.Functions.Select(o => new[] { $"{o.Domain}.{o.Name}", o.Count.ToString(CultureInfo.InvariantCulture) })]);
        }

        if (f.Declined is { } declined)
        {
            Terminal.Heading("Declined by passes and shape inference");
            if (declined.Count == 0)
            {
                Console.Out.WriteLine("nothing");
            }
            else
            {
                Terminal.Table(["Pass", "Node", "Reason"], [.. declined.Select(d => new[] { d.Pass, d.Node, d.Reason })]);
            }
        }
    }

    private static void Values(string title, IReadOnlyList<ValueFact> values)
    {
        Terminal.Heading(title);
        Terminal.Table(["Name", "Type", "Shape"], [.. values.Select(v => new[] { v.Name, v.Kind == "tensor" ? v.Type : $"{v.Kind} of {v.Type}", v.Shape is null ? "unknown" : $"[{string.Join(',', v.Shape)}]" })]);
    }

    private static string Shorten(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= 200 ? line : line[..200] + "...";
    }

    private static void WriteJson(Utf8JsonWriter w, ModelFacts f)
    {
        w.WriteString("file", f.File);
        w.WriteString("format", f.Format);
        w.WriteNumber("fileBytes", f.FileBytes);
        w.WriteNumber("externalBytes", f.ExternalBytes);
        w.WriteNumber("irVersion", f.IrVersion);
        w.WriteStartObject("opsets");
        foreach ((string domain, long version) in f.Opsets)
        {
            w.WriteNumber(domain.Length == 0 ? "ai.onnx" : domain, version);
        }

        w.WriteEndObject();
        w.WriteString("producer", f.Producer);
        w.WriteString("graph", f.Graph);
        w.WriteString("description", f.Description);
        w.WriteStartObject("metadata");
        foreach ((string key, string value) in f.Metadata)
        {
            w.WriteString(key, value);
        }

        w.WriteEndObject();
        Values(w, "inputs", f.Inputs);
        Values(w, "outputs", f.Outputs);
        w.WriteNumber("parameters", f.Parameters);
        w.WriteNumber("weightBytes", f.WeightBytes);
        w.WriteNumber("initializers", f.Initializers);
        w.WriteStartObject("weightBytesByType");
        foreach ((string type, long bytes) in f.WeightTypes)
        {
            w.WriteNumber(type, bytes);
        }

        w.WriteEndObject();
        w.WriteNumber("nodes", f.Nodes);
        Counts(w, "operators", "count", f.Operators);
        Counts(w, "functions", "nodes", f.Functions);
        if (f.Declined is { } declined)
        {
            w.WriteStartArray("declined");
            foreach (DeclinedFact d in declined)
            {
                w.WriteStartObject();
                w.WriteString("pass", d.Pass);
                w.WriteString("node", d.Node);
                w.WriteString("reason", d.Reason);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        }
    }

    private static void Values(Utf8JsonWriter w, string name, IReadOnlyList<ValueFact> values)
    {
        w.WriteStartArray(name);
        foreach (ValueFact v in values)
        {
            w.WriteStartObject();
            w.WriteString("name", v.Name);
            w.WriteString("kind", v.Kind);
            w.WriteString("type", v.Type);
            if (v.Shape is null)
            {
                w.WriteNull("shape");
            }
            else
            {
                w.WriteStartArray("shape");
                foreach (Dimension d in v.Shape)
                {
                    if (d.IsFixed)
                    {
                        w.WriteNumberValue(d.Value);
                    }
                    else if (d.Symbol is { } symbol)
                    {
                        w.WriteStringValue(symbol);
                    }
                    else
                    {
                        w.WriteNullValue();
                    }
                }

                w.WriteEndArray();
            }

            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Counts(Utf8JsonWriter w, string name, string count, IReadOnlyList<OperatorCount> items)
    {
        w.WriteStartArray(name);
        foreach (OperatorCount item in items)
        {
            w.WriteStartObject();
            w.WriteString("domain", item.Domain.Length == 0 ? "ai.onnx" : item.Domain);
            w.WriteString("name", item.Name);
            w.WriteNumber(count, item.Count);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }
}
