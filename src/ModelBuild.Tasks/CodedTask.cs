using System;
using System.IO;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelBuild.Tasks;

/// <summary>A task whose every failure is one coded error, never a stack trace.</summary>
public abstract class CodedTask : Task
{
    /// <inheritdoc/>
    public sealed override bool Execute()
    {
        try
        {
            Run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogCoded("MB0009", ProjectPath, 0, $"A file of the build can't be read or written: {e.Message} Check the rights and the free space of that folder.");
        }

        return !Log.HasLoggedErrors;
    }

    /// <summary>The work.</summary>
    protected abstract void Run();

    /// <summary>Full path of the project, where errors are reported that have no better place.</summary>
    protected abstract string ProjectPath { get; }

    /// <summary>Reports an error at an item.</summary>
    protected void LogAtItem(string code, ITaskItem item, string text)
    {
        (string file, int line) = Locate(item);
        LogCoded(code, file, line, text);
    }

    /// <summary>Reports an error.</summary>
    protected void LogCoded(string code, string file, int line, string text) =>
        Log.LogError(null, code, null, null, file, line, 0, 0, 0, "{0}", text);

    // MSBuild gives tasks no line, so the first one that spells the item is taken.
    private (string File, int Line) Locate(ITaskItem item)
    {
        string file = item.GetMetadata("DefiningProjectFullPath");
        if (file.Length == 0 || !File.Exists(file))
        {
            return (ProjectPath, 0);
        }

        string spelled = item.ItemSpec.Replace('\\', '/');
        string[] lines = File.ReadAllLines(file);
        return (file, 1 + Array.FindIndex(lines, text => text.Contains("ModelAsset") && text.Replace('\\', '/').Contains(spelled)));
    }
}
