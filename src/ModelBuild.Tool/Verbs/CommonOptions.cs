using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ModelBuild.Formats;
using ModelBuild.Tool.Caching;

namespace ModelBuild.Tool.Verbs;

/// <summary>Options that several verbs have. Each verb adds those that it understands.</summary>
internal sealed class CommonOptions
{
    /// <summary>One JSON object instead of text.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object on standard output; docs/cli.md describes it." };

    /// <summary>Results only.</summary>
    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Print nothing but errors." };

    /// <summary>Seed of random inputs.</summary>
    public Option<int> Seed { get; } = new("--seed") { Description = "Seed of generated inputs (default 0).", DefaultValueFactory = _ => 0, HelpName = "N" };

    /// <summary>Input files.</summary>
    public Option<string[]> Inputs { get; } = new("--input", "-i")
    {
        Description = "Content of an input from a .npy or .pb file, or of several from an .npz file. Repeatable. Inputs that are not given are generated.",
        HelpName = "name=file",
    };

    /// <summary>Shapes of inputs.</summary>
    public Option<Dictionary<string, long[]>> Shapes { get; } = new("--shape")
    {
        Description = "Shape of an input whose dimensions are not all fixed, such as image=1,3,224,224. Repeatable.",
        HelpName = "name=sizes",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = ParseShapes,
    };

    /// <summary>Which of a file's signatures to read.</summary>
    public Option<string?> Signature { get; } = new("--signature") { Description = "Which signature of a file with several (default: its only or default one).", HelpName = "NAME" };

    /// <summary>Where the key of an encrypted file is.</summary>
    public Option<string?> EncryptionKey { get; } = new("--encryption-key") { Description = "Environment variable or file with the key of an encrypted model.", HelpName = "NAME" };

    /// <summary>Limit of what compressed or encrypted content unfolds to.</summary>
    public Option<long?> MaxUnpackedSize { get; } = new("--max-unpacked-size")
    {
        Description = "Most that compressed or encrypted content may unfold to (default 17.2 GB), such as 64GB.",
        HelpName = "SIZE",
        CustomParser = argument =>
        {
            if (ByteSize.TryParse(argument.Tokens[0].Value, out long size))
            {
                return size;
            }

            argument.AddError($"--max-unpacked-size '{argument.Tokens[0].Value}' is no size such as 64GB.");
            return null;
        },
    };

    /// <summary>How to read a model.</summary>
    public ModelReadOptions ReadingOf(ParseResult result) => new()
    {
        Signature = result.GetValue(Signature),
        EncryptionKey = result.GetValue(EncryptionKey),
        InputShapes = ShapesOf(result),
        MaxUnpackedSize = result.GetValue(MaxUnpackedSize) ?? ModelReadOptions.Default.MaxUnpackedSize,
    };

    /// <summary>An argument that names a file.</summary>
    public static Argument<string> File(string name, string description) => new(name) { Description = description };

    /// <summary>The shapes that were given.</summary>
    public Dictionary<string, long[]> ShapesOf(ParseResult result) => result.GetValue(Shapes) ?? [];

    private static Dictionary<string, long[]>? ParseShapes(ArgumentResult argument)
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (string text in argument.Tokens.Select(t => t.Value))
        {
            int equals = text.LastIndexOf('=');
            string[] parts = text[(equals + 1)..].Split(',');
            var sizes = new long[parts.Length];
            bool valid = equals > 0;
            for (int i = 0; i < parts.Length && valid; i++)
            {
                valid = long.TryParse(parts[i].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i]);
            }

            if (!valid)
            {
                argument.AddError($"--shape '{text}' is not of the form name=1,3,224,224.");
                return null;
            }

            shapes[text[..equals]] = sizes;
        }

        return shapes;
    }
}
