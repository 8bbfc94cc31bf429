using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Passes;
using ModelBuild.Tool.Building;

namespace ModelBuild.Tool.Verbs;

/// <summary>A model that ONNX Runtime can open: the file itself, or a temporary copy when the file is of another format, or its operator set is too old.</summary>
internal sealed class RunnableModel : IDisposable
{
    private readonly DirectoryInfo? _folder;

    private RunnableModel(Model model, string path, DirectoryInfo? folder)
    {
        Model = model;
        Path = path;
        _folder = folder;
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The file to open.</summary>
    public string Path { get; }

    /// <summary>Opens a model and makes sure that ONNX Runtime takes it.</summary>
    /// <exception cref="ModelException">The file can't be used, or ONNX Runtime can't run it.</exception>
    public static RunnableModel Open(string path, ModelReadOptions? options = null)
    {
        OnnxRuntimeCheck.Locate(null);
        IModelFormat format = ModelFormats.Sniff(path);
        Model model = format.Read(path, options ?? ModelReadOptions.Default);
        DirectoryInfo? folder = null;
        try
        {
            if (format is not OnnxFormat)
            {
                folder = Directory.CreateTempSubdirectory("modelbuild-");
                string written = System.IO.Path.Combine(folder.FullName, "model.onnx");
                ModelFormats.Write(model, written);
                return OnnxRuntimeCheck.TryOpen(written) is { } refused ? throw OnnxRuntimeCheck.Error(refused, model, path) : new RunnableModel(model, written, folder);
            }

            if (OnnxRuntimeCheck.TryOpen(path) is not { } refusal)
            {
                return new RunnableModel(model, path, null);
            }

            folder = Directory.CreateTempSubdirectory("modelbuild-");
            return new RunnableModel(model, Raise(model, path, folder, refusal), folder);
        }
        catch
        {
            model.Dispose();
            folder?.Delete(recursive: true);
            throw;
        }
    }

    private static string Raise(Model model, string path, DirectoryInfo folder, OrtException refusal)
    {
        string raised = System.IO.Path.Combine(folder.FullName, "model.onnx");
        try
        {
            PassList.Run(PassList.Normalization, model);
            ModelFormats.Write(model, raised);
        }
        catch (ModelException)
        {
            throw OnnxRuntimeCheck.Error(refusal, model, path);
        }

        return OnnxRuntimeCheck.TryOpen(raised) is null ? raised : throw OnnxRuntimeCheck.Error(refusal, model, path);
    }

    /// <summary>Closes the model and removes the copy.</summary>
    public void Dispose()
    {
        Model.Dispose();
        _folder?.Delete(recursive: true);
    }
}
