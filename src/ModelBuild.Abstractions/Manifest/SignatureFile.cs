using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace ModelBuild.Manifest;

/// <summary>
/// Text form of <see cref="ModelSignature"/>: a line per fact, fields separated by tabs, the first field names the fact.
/// Tab, line feed, carriage return and backslash inside a field are written <c>\t \n \r \\</c>. An unknown fact is skipped,
/// so an older generator reads a newer file; a file of a higher major version is refused.
/// </summary>
internal static class SignatureFile
{
    /// <summary>First line of every file.</summary>
    public const string Header = "modelbuild-signature\t1";

    /// <summary>Writes the text form; the same signature gives the same text.</summary>
    public static string Write(ModelSignature s)
    {
        var text = new StringBuilder();
        text.Append(Header).Append('\n');
        Line("class", s.ClassName);
        Line("namespace", s.Namespace);
        Line("accessibility", s.Accessibility);
        Line("model", s.ModelFile);
        Line("format", s.Format);
        Line("hash", s.ContentHash);
        Line("doc", s.DocString);
        Line("producer", s.Producer);
        Line("license", s.License);
        Line("backend", s.Backend, s.BackendReason);
        Line("providers", [.. s.ExecutionProviders]);
        Line("weights", s.WeightsFile, s.Storage, s.Quantize);
        foreach (TensorSignature t in s.Inputs)
        {
            Tensor("input", t);
        }

        foreach (TensorSignature t in s.Outputs)
        {
            Tensor("output", t);
        }

        foreach (ConstantSignature c in s.Constants)
        {
            Line("constant", [c.Name, c.ElementType, c.Value, .. c.Dimensions]);
        }

        foreach (StateSignature state in s.States)
        {
            Line("state", state.Input, state.Output);
        }

        foreach (ContextSignature context in s.Contexts)
        {
            Line("context", context.Input, context.Count.ToString(CultureInfo.InvariantCulture));
        }

        foreach (PreprocessSignature p in s.Preprocess)
        {
            Line("preprocess", p.Input, p.Resize, Number(p.ResizeWidth), Number(p.ResizeHeight), p.Interpolation, p.Library, Number(p.CropWidth), Number(p.CropHeight),
                p.Color, p.Scale, string.Join(",", p.Mean), string.Join(",", p.Std), p.Layout);
        }

        foreach (string label in s.Labels)
        {
            Line("label", label);
        }

        Line("tokenizer", s.Tokenizer, s.Pooling);
        return text.ToString();

        void Tensor(string fact, TensorSignature t) =>
            Line(fact, [t.Name, t.PublicName, t.ElementType, t.Kind, t.IsOptional ? "optional" : "required", t.DocString, t.HasShape ? "ranked" : "unranked", .. t.Dimensions]);

        void Line(string fact, params string[] fields)
        {
            text.Append(fact);
            foreach (string field in fields)
            {
                text.Append('\t').Append(Escape(field));
            }

            text.Append('\n');
        }
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is not a signature, or of a newer major version.</exception>
    public static ModelSignature Read(string text)
    {
        string[] lines = text.Split('\n');
        if (lines[0].TrimEnd('\r') != Header)
        {
            throw new FormatException($"The first line is not '{Header.Replace('\t', ' ')}'.");
        }

        var facts = new List<string[]>();
        foreach (string line in lines.Skip(1))
        {
            string trimmed = line.TrimEnd('\r');
            if (trimmed.Length > 0)
            {
                facts.Add([.. trimmed.Split('\t').Select(Unescape)]);
            }
        }

        return new ModelSignature
        {
            ClassName = One("class"),
            Namespace = One("namespace"),
            Accessibility = One("accessibility"),
            ModelFile = One("model"),
            Format = One("format"),
            ContentHash = One("hash"),
            DocString = One("doc"),
            Producer = One("producer"),
            License = One("license"),
            Backend = One("backend"),
            BackendReason = One("backend", 2),
            ExecutionProviders = new(facts.Where(f => f[0] == "providers").SelectMany(f => f.Skip(1))),
            WeightsFile = One("weights"),
            Storage = One("weights", 2),
            Quantize = One("weights", 3),
            Inputs = new(All("input", 8).Select(Tensor)),
            Outputs = new(All("output", 8).Select(Tensor)),
            Constants = new(All("constant", 4).Select(f => new ConstantSignature(f[1], f[2], new(f.Skip(4)), f[3]))),
            States = new(All("state", 3).Select(f => new StateSignature(f[1], f[2]))),
            Contexts = new(All("context", 3).Select(f => new ContextSignature(f[1], Integer(f[2])))),
            Preprocess = new(All("preprocess", 14).Select(f => new PreprocessSignature(
                f[1], f[2], Integer(f[3]), Integer(f[4]), f[5], f[6], Integer(f[7]), Integer(f[8]), f[9], f[10], Numbers(f[11]), Numbers(f[12]), f[13]))),
            Labels = new(All("label", 2).Select(f => f[1])),
            Tokenizer = One("tokenizer"),
            Pooling = One("tokenizer", 2),
        };

        string One(string fact, int index = 1)
        {
            string[]? line = facts.Find(f => f[0] == fact);
            return line is not null && line.Length > index ? line[index] : "";
        }

        IEnumerable<string[]> All(string fact, int fields) =>
            facts.Where(f => f[0] == fact).Select(f => f.Length >= fields ? f : throw new FormatException($"A line '{fact}' has {f.Length} fields where {fields} are needed."));

        static TensorSignature Tensor(string[] f) => new(f[1], f[2], f[3], f[4], f[7] == "ranked", new(f.Skip(8)), f[6], f[5] == "optional");

        static EquatableArray<string> Numbers(string field) => new(field.Split(',').Where(n => n.Length > 0));

        static int Integer(string field) =>
            int.TryParse(field, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : throw new FormatException($"'{field}' is not an integer.");
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes tab, line feed, carriage return and backslash so that a field stays on its line.</summary>
    public static string Escape(string field) => field.IndexOfAny(s_special) < 0 ? field : field.Replace("\\", "\\\\").Replace("\t", "\\t").Replace("\n", "\\n").Replace("\r", "\\r");

    private static readonly char[] s_special = ['\\', '\t', '\n', '\r'];

    /// <summary>The inverse of <see cref="Escape"/>.</summary>
    public static string Unescape(string field)
    {
        if (field.IndexOf('\\') < 0)
        {
            return field;
        }

        var text = new StringBuilder(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] != '\\' || i + 1 == field.Length)
            {
                text.Append(field[i]);
                continue;
            }

            i++;
            text.Append(field[i] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', char other => other });
        }

        return text.ToString();
    }
}
