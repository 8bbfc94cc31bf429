using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelBuild.Tasks;

/// <summary>
/// Runs <c>modelbuild VERB @file</c> once for all stale assets: MSBuild starts the target when one is, and gives the task all of them. The work is in another process, so that its memory is given back and a crash
/// in native code does not take the build down. Canceling ends that process; the tool writes to temporary files, so nothing half-written stays.
/// </summary>
public sealed class RunModelTool : ToolTask
{
    private const int DefectExitCode = 70;
    private const int CanceledExitCode = 4;

    private string _lastErrorLine = "";

    /// <summary><c>describe</c> or <c>build</c>.</summary>
    [Required]
    public string Verb { get; set; } = "";

    /// <summary>Full path of the tool's DLL.</summary>
    [Required]
    public string ToolAssembly { get; set; } = "";

    /// <summary>Items of <see cref="ResolveModelAssets.ResolvedAssets"/>.</summary>
    [Required]
    public ITaskItem[] Assets { get; set; } = [];

    /// <summary>Metadatum that names the file whose time tells when an asset's work was done.</summary>
    [Required]
    public string StampMetadata { get; set; } = "";

    /// <summary>Whether to touch that file, rather than the tool.</summary>
    public bool TouchStamps { get; set; }

    /// <summary>File to write the arguments to.</summary>
    [Required]
    public string ArgumentsFile { get; set; } = "";

    /// <summary>Full path of the project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>Full path of the <c>dotnet</c> program or of its folder; looked for when empty.</summary>
    public string DotNetHost { get; set; } = "";

    /// <summary>Folder with the native ONNX Runtime library for the tool; empty when it lies beside the tool.</summary>
    public string OrtDirectory { get; set; } = "";

    /// <inheritdoc/>
    protected override string ToolName => Path.DirectorySeparatorChar == '\\' ? "dotnet.exe" : "dotnet";

    // The tool's words are the words of the build. Its standard error holds coded lines only; anything else there is a crash, of which the user needs no stack trace.

    /// <inheritdoc/>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.High;

    /// <inheritdoc/>
    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.Low;

    /// <inheritdoc/>
    protected override Encoding StandardOutputEncoding => Encoding.UTF8;

    /// <inheritdoc/>
    protected override Encoding StandardErrorEncoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override bool Execute()
    {
        if (!File.Exists(ToolAssembly))
        {
            LogCoded("MB0012", $"The tool '{ToolAssembly}' does not exist. Restore the packages again (dotnet restore --force), or correct the property ModelBuildToolAssembly.");
            return false;
        }

        try
        {
            Assets = [.. Assets.Where(IsStale)];
            if (Assets.Length == 0)
            {
                return true;
            }

            string path = Files.Absolute(Path.GetDirectoryName(ProjectFile)!, ArgumentsFile);
            Files.WriteWhenDifferent(path, Tasks.ArgumentsFile.Merge([.. Assets.Select(asset => File.ReadAllText(asset.GetMetadata("Arguments")))]));
            ArgumentsFile = path;
            YieldDuringToolExecution = true;
            EnvironmentVariables = OrtDirectory.Length == 0 ? [] : ["MODELBUILD_ORT_DIRECTORY=" + OrtDirectory];
            if (!base.Execute())
            {
                return false;
            }

            foreach (ITaskItem asset in Assets)
            {
                InputFingerprint.Save(asset.GetMetadata("InputList"), asset.GetMetadata("InputStamp"));
                if (TouchStamps)
                {
                    Files.Touch(asset.GetMetadata(StampMetadata));
                }
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogCoded("MB0009", $"A file of the build can't be read or written: {e.Message} Check the rights and the free space of that folder.");
            return false;
        }
    }

    /// <inheritdoc/>
    protected override string GenerateFullPathToTool()
    {
        string host = DotNetHost.Length > 0 ? DotNetHost : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "";
        return host.Length == 0 ? ToolName : Directory.Exists(host) ? Path.Combine(host, ToolName) : host;
    }

    /// <inheritdoc/>
    protected override string GetWorkingDirectory() => Path.GetDirectoryName(ProjectFile)!;

    /// <inheritdoc/>
    protected override string GenerateCommandLineCommands()
    {
        var commandLine = new CommandLineBuilder();
        commandLine.AppendSwitch("exec");
        commandLine.AppendFileNameIfNotNull(ToolAssembly);
        commandLine.AppendSwitch(Verb);
        commandLine.AppendFileNameIfNotNull("@" + ArgumentsFile);
        return commandLine.ToString();
    }

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        if (messageImportance == StandardErrorLoggingImportance && singleLine.Trim().Length > 0)
        {
            _lastErrorLine = singleLine.Trim();
        }

        bool isProgress = singleLine.StartsWith("\t", StringComparison.Ordinal);
        base.LogEventsFromTextOutput(isProgress ? singleLine.Trim() : singleLine, isProgress ? MessageImportance.Normal : messageImportance);
    }

    /// <inheritdoc/>
    protected override bool HandleTaskExecutionErrors()
    {
        if (Log.HasLoggedErrors || ExitCode == CanceledExitCode)
        {
            return false;
        }

        string last = _lastErrorLine.Length == 0 ? "" : $" Its last words: {_lastErrorLine}";
        string text = ExitCode == DefectExitCode || ExitCode > 128 || ExitCode < 0
            ? $"The tool stopped unexpectedly with exit code {ExitCode} in '{Verb}' ({Names()}).{last} Run it again by hand to see more, and report it: dotnet exec \"{ToolAssembly}\" {Verb} \"@{ArgumentsFile}\""
            : $"The tool ended with exit code {ExitCode} without a message in '{Verb}' ({Names()}).{last} Check that the .NET 10 runtime is installed, then run it by hand to see more: dotnet exec \"{ToolAssembly}\" {Verb} \"@{ArgumentsFile}\"";
        LogCoded(ExitCode == DefectExitCode || ExitCode > 128 || ExitCode < 0 ? "MB9001" : "MB0012", text);
        return false;
    }

    // The time of a file that does not exist is far in the past.
    private bool IsStale(ITaskItem asset) => File.GetLastWriteTimeUtc(asset.GetMetadata(StampMetadata)) < File.GetLastWriteTimeUtc(asset.GetMetadata("Arguments"));

    private string Names() => string.Join(", ", Assets.Select(asset => asset.GetMetadata("Class")));

    private void LogCoded(string code, string text) => Log.LogError(null, code, null, null, ProjectFile, 0, 0, 0, 0, "{0}", text);
}
