using System.Collections.Generic;
using System.Text;

namespace ModelBuild.Generator.Emitter;

/// <summary>Writes indented lines.</summary>
/// <param name="indent">Indentation to start with.</param>
internal sealed class SourceWriter(int indent = 0)
{
    private readonly StringBuilder _text = new();
    private int _indent = indent;
    private bool _separate;

    /// <summary>One line; an empty one stays without spaces.</summary>
    public SourceWriter Line(string line = "")
    {
        if (_separate)
        {
            _separate = false;
            _text.Append('\n');
        }

        if (line.Length > 0)
        {
            _text.Append(' ', _indent * 4).Append(line);
        }

        _text.Append('\n');
        return this;
    }

    /// <summary>An empty line before the next one, unless a brace closes first.</summary>
    public void Separate() => _separate = true;

    /// <summary>A line unless it is empty, an opening brace and more indentation.</summary>
    public void Open(string line)
    {
        if (line.Length > 0)
        {
            Line(line);
        }

        Line("{");
        _indent++;
    }

    /// <summary>Less indentation and a closing brace.</summary>
    public void Close(string suffix = "")
    {
        _separate = false;
        _indent--;
        Line("}" + suffix);
    }

    /// <summary>A documentation element; its content is XML already.</summary>
    public void Doc(string element, string xml, string attributes = "")
    {
        string tag = attributes.Length > 0 ? element + " " + attributes : element;
        Line($"/// <{tag}>{xml}</{element}>");
    }

    /// <summary>The elements of a member's documentation, a line each.</summary>
    public void Docs(string summary, IEnumerable<(string Name, string Xml)> parameters, string returns = "", IEnumerable<(string Type, string Xml)>? exceptions = null, string remarks = "")
    {
        Doc("summary", summary);
        foreach ((string name, string xml) in parameters)
        {
            Doc("param", xml, $"name=\"{name.TrimStart('@')}\"");
        }

        if (returns.Length > 0)
        {
            Doc("returns", returns);
        }

        foreach ((string type, string xml) in exceptions ?? [])
        {
            Doc("exception", xml, $"cref=\"{type}\"");
        }

        if (remarks.Length > 0)
        {
            Doc("remarks", remarks);
        }
    }

    /// <summary>The lines of another writer as they are.</summary>
    public void Append(SourceWriter lines)
    {
        if (_separate && lines._text.Length > 0)
        {
            _separate = false;
            _text.Append('\n');
        }

        _text.Append(lines._text);
    }

    public override string ToString() => _text.ToString();
}
