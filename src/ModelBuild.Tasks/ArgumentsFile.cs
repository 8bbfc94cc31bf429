using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using ModelBuild.Manifest;

namespace ModelBuild.Tasks;

/// <summary>Text of the file that the tool reads: <c>key=value</c> lines for all assets, then <c>[asset]</c> and the lines of one asset. docs/architecture.md has the keys.</summary>
internal sealed class ArgumentsFile
{
    /// <summary>Line that starts an asset.</summary>
    private const string AssetHeader = "[asset]\n";

    private readonly StringBuilder _text = new();

    /// <summary>Adds a line unless the value is empty.</summary>
    public void Add(string key, string value)
    {
        if (value.Length > 0)
        {
            _text.Append(key).Append('=').Append(SignatureFile.Escape(value)).Append('\n');
        }
    }

    /// <summary>Starts an asset.</summary>
    public void StartAsset() => _text.Append(AssetHeader);

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>Joins the texts of several assets of one project, which have the same lines before the first asset.</summary>
    public static string Merge(IReadOnlyList<string> texts)
    {
        int Start(string text) => Math.Max(0, text.IndexOf("\n" + AssetHeader, StringComparison.Ordinal) + 1);
        return texts[0].Substring(0, Start(texts[0])) + string.Concat(texts.Select(text => text.Substring(Start(text))));
    }
}
