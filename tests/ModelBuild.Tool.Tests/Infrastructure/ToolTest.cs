using System.Text;

namespace ModelBuild.Tool.Tests.Infrastructure;

/// <summary>A test with a folder of its own.</summary>
public abstract class ToolTest
{
    /// <summary>Set by the framework.</summary>
    public TestContext TestContext { get; set; } = null!;

    /// <summary>The folder, deleted at the end.</summary>
    protected string Folder { get; private set; } = "";

    /// <summary>Makes the folder; its name has a space and a letter beyond ASCII.</summary>
    [TestInitialize]
    public void MakeFolder()
    {
        Folder = Path.Combine(Path.GetTempPath(), $"modelbuild tests ü {Guid.NewGuid():N}");
        Directory.CreateDirectory(Folder);
    }

    /// <summary>Deletes the folder.</summary>
    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(Folder, recursive: true);

    /// <summary>A path in the folder.</summary>
    protected string At(params string[] names) => Path.Combine([Folder, .. names]);

    internal ToolResult Tool(params string[] arguments) => ToolProcess.Run(Folder, arguments);

    internal ToolResult Describe(params Asset[] assets) => Tool("describe", "@" + Arguments("describe.rsp", "", assets));

    internal ToolResult Build(params Asset[] assets) => Tool("build", "@" + Arguments("build.rsp", "", assets));

    /// <summary>Writes an arguments file.</summary>
    internal string Arguments(string name, string common, params Asset[] assets)
    {
        var text = new StringBuilder($"backends=OnnxRuntime\nproject={At("app.csproj")}\nlanguage=C#\nunknown=skipped\n{common}");
        foreach (Asset asset in assets)
        {
            text.Append(asset.Text(Folder));
        }

        string path = At(name);
        File.WriteAllText(path, text.ToString());
        return path;
    }
}

/// <summary>One item of a project.</summary>
internal sealed record Asset(string Source, string Class, params string[] Metadata)
{
    /// <summary>Folder of what is written.</summary>
    public string Obj { get; init; } = "obj";

    /// <summary>Its part of the arguments file.</summary>
    public string Text(string folder)
    {
        string obj = Path.Combine(folder, Obj);
        // Most tests look at what is written for ONNX Runtime.
        string[] stated = Metadata.Any(m => m.StartsWith("Backend=", StringComparison.Ordinal)) ? Metadata : [.. Metadata, "Backend=OnnxRuntime"];
        string metadata = string.Concat(stated.Select(m => $"metadata.{m.Replace("\\", "\\\\", StringComparison.Ordinal)}\n"));
        return $"""
            [asset]
            source={Source}
            identity={Path.GetFileName(Source)}
            class={Class}
            namespace=App.Models
            accessibility=internal
            signature={Path.Combine(obj, Class + ".mbsig")}
            plan={Path.Combine(obj, Class + ".mbplan")}
            output={Path.Combine(obj, "models")}
            outputs={Path.Combine(obj, Class + ".outputs")}
            inputs={Path.Combine(obj, Class + ".inputs")}
            report={Path.Combine(obj, Class)}
            stamp={Path.Combine(obj, Class + ".stamp")}
            fingerprint=1
            {metadata}
            """.ReplaceLineEndings("\n") + "\n";
    }
}
