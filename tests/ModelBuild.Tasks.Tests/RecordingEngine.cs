using System.Collections;
using Microsoft.Build.Framework;

namespace ModelBuild.Tasks.Tests;

/// <summary>The build engine's side of a task: keeps what is logged.</summary>
internal sealed class RecordingEngine : IBuildEngine
{
    /// <summary>Errors in order.</summary>
    public List<BuildErrorEventArgs> Errors { get; } = [];

    /// <summary>Warnings in order.</summary>
    public List<BuildWarningEventArgs> Warnings { get; } = [];

    /// <summary>Messages in order.</summary>
    public List<BuildMessageEventArgs> Messages { get; } = [];

    public bool ContinueOnError => false;

    public int LineNumberOfTaskNode => 0;

    public int ColumnNumberOfTaskNode => 0;

    public string ProjectFileOfTaskNode => "";

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;

    public void LogCustomEvent(CustomBuildEventArgs e)
    {
    }

    public void LogErrorEvent(BuildErrorEventArgs e) => Errors.Add(e);

    public void LogMessageEvent(BuildMessageEventArgs e) => Messages.Add(e);

    public void LogWarningEvent(BuildWarningEventArgs e) => Warnings.Add(e);
}
