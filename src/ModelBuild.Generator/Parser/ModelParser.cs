using System;
using System.Collections.Generic;
using System.Linq;
using ModelBuild.Generator.Model;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Parser;

/// <summary>Makes the description of a class from the text of a signature file.</summary>
internal sealed class ModelParser
{
    private readonly string _path;
    private readonly ModelSignature _signature;
    private readonly List<DiagnosticSpec> _diagnostics = [];
    private bool _failed;

    private ModelParser(string path, ModelSignature signature)
    {
        _path = path;
        _signature = signature;
    }

    /// <summary>Never throws for any text; what is wrong is among the diagnostics.</summary>
    /// <param name="path">Path of the signature file.</param>
    /// <param name="text">Its content; null when it can't be read.</param>
    public static ModelResult Parse(string path, string? text)
    {
        if (text is null)
        {
            return Unreadable(path, "the file can't be read");
        }

        ModelSignature signature;
        try
        {
            signature = SignatureFile.Read(text);
        }
        catch (FormatException e)
        {
            return Unreadable(path, char.ToLowerInvariant(e.Message[0]) + e.Message.Substring(1).TrimEnd('.'));
        }

        var parser = new ModelParser(path, signature);
        ModelSpec spec = parser.Build();
        return new ModelResult(parser._failed ? null : spec, new(parser._diagnostics));
    }

    private static ModelResult Unreadable(string path, string reason) =>
        new(null, new([new DiagnosticSpec("MB4001", path, $"The model signature can't be read: {reason}. Build the project again; if that does not help, delete its obj folder.")]));

    private ModelSpec Build()
    {
        CheckNames();
        CheckBackend();
        if (_signature.Tokenizer.Length > 0 || _signature.Pooling.Length > 0)
        {
            Report("MB4010", "Tokenizer and Pooling are not carried out yet: the class has no Embed. Remove the metadata and give token numbers to Run.");
        }

        var (inputs, outputs, symbols) = new TensorParser(this, _signature).Parse();
        var spec = new ModelSpec
        {
            Signature = _signature,
            SignaturePath = _path,
            Namespace = string.Join(".", _signature.Namespace.Split('.').Where(part => part.Length > 0).Select(Identifiers.Escape)),
            ClassName = Identifiers.Escape(_signature.ClassName),
            HintName = HintName(),
            Inputs = new(inputs),
            Outputs = new(outputs),
            Symbols = new(symbols),
            States = new(_signature.States.Select(s => new StateSpec(inputs.FindIndex(i => i.Name == s.Input), outputs.FindIndex(o => o.Name == s.Output))).Where(s => s.Input >= 0 && s.Output >= 0)),
            Contexts = new(_signature.Contexts.Select(c => new ContextSpec(inputs.FindIndex(i => i.Name == c.Input), c.Count)).Where(c => c.Input >= 0)),
            IsCompiled = _signature.Backend == "Compiled",
        };
        if (_failed)
        {
            return spec;
        }

        return spec with { Preprocess = new(PreprocessParser.Parse(this, _signature, inputs)), HasLabels = CheckLabels(outputs) };
    }

    /// <summary>Reports what makes the class impossible.</summary>
    public void Fail(string id, string message)
    {
        _failed = true;
        Report(id, message);
    }

    /// <summary>Reports what leaves the class possible.</summary>
    public void Report(string id, string message) =>
        _diagnostics.Add(new(id, _path, $"{(_signature.ClassName.Length > 0 ? _signature.ClassName : "Model")} ({_signature.ModelFile}): {message}"));

    private void CheckNames()
    {
        string name = _signature.ClassName;
        if (!Identifiers.IsValid(name) || _signature.Namespace.Split('.').Any(part => part.Length > 0 && !Identifiers.IsValid(part)))
        {
            Fail("MB4001", $"The model signature can't be read: '{name}' in namespace '{_signature.Namespace}' is no C# name. Give the item a Class and a Namespace.");
        }
        else if (Identifiers.IsReserved(name))
        {
            Fail("MB4003", $"A generated class has a member '{name}', so it can't be called so itself. Give the ModelAsset another Class, such as Class=\"{name}Model\".");
        }

        if (_signature.Accessibility is not ("internal" or "public"))
        {
            Fail("MB4001", $"The model signature can't be read: accessibility is '{_signature.Accessibility}'. It is internal or public.");
        }
    }

    private void CheckBackend()
    {
        if (_signature.Backend is not ("Compiled" or "OnnxRuntime"))
        {
            Fail("MB4001", $"The model signature can't be read: the backend is '{_signature.Backend}'. It is Compiled or OnnxRuntime.");
        }
    }

    private string HintName()
    {
        string name = _signature.Namespace.Length > 0 ? $"{_signature.Namespace}.{_signature.ClassName}" : _signature.ClassName;

        // The compiler takes ASCII file names of moderate length everywhere.
        string ascii = new([.. name.Select(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '.' or '_' ? c : '-')]);
        string stem = ascii.Length > 100 ? ascii.Substring(0, 100) : ascii;
        return stem == name ? $"{stem}.g.cs" : $"{stem}-{Fnv1a(name):x8}.g.cs";
    }

    private static uint Fnv1a(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text)
        {
            hash = unchecked((hash ^ c) * 16777619);
        }

        return hash;
    }

    private bool CheckLabels(List<TensorSpec> outputs)
    {
        if (_signature.Labels.Count == 0)
        {
            return false;
        }

        TensorSpec? scores = outputs.Find(o => o.Role == TensorRole.Caller);
        if (scores is null || !scores.Element.IsFloat)
        {
            Fail("MB4006", $"Labels needs a first output of floating-point scores, which {(scores is null ? "this model does not have" : $"'{scores.Name}' of {scores.ElementName} is not")}. Remove Labels.");
            return false;
        }

        if (scores.FixedLength >= 0 && scores.FixedLength != _signature.Labels.Count)
        {
            Fail("MB4006", $"Labels has {_signature.Labels.Count} names, but output '{scores.Name}' has {scores.FixedLength} elements. Give one name per class.");
            return false;
        }

        return true;
    }
}
