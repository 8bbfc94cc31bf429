using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ModelBuild.Tool.Tests.Infrastructure;

/// <summary>What a run of the program gave.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>Fails unless the run was fine.</summary>
    public ToolResult ShouldSucceed()
    {
        Assert.AreEqual(0, ExitCode, Output + Error);
        Assert.AreEqual("", Error);
        return this;
    }

    /// <summary>Fails unless the run ended with exactly one error line of the given code, and no stack trace.</summary>
    public string ShouldFail(string code, int exitCode = 3)
    {
        Assert.AreEqual(exitCode, ExitCode, Output + Error);
        string[] lines = [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.Contains("): warning MB", StringComparison.Ordinal))];
        Assert.HasCount(1, lines, Error);
        StringAssert.Matches(lines[0], new Regex(@"^.+\(1,1\): error " + code + ": ."));
        return lines[0];
    }
}

/// <summary>Runs the built program as a process.</summary>
internal static class ToolProcess
{
    private static readonly string s_tool = Path.Combine(AppContext.BaseDirectory, "ModelBuild.Tool.dll");

    /// <summary>Runs it to its end.</summary>
    public static ToolResult Run(string folder, params string[] arguments)
    {
        using Process process = Start(folder, arguments);
        return Wait(process);
    }

    /// <summary>Starts it.</summary>
    public static Process Start(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(s_tool);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["MODELBUILD_CACHE"] = Path.Combine(folder, "cache");
        start.Environment.Remove("MODELBUILD_ORT_DIRECTORY");
        return Process.Start(start)!;
    }

    /// <summary>Waits for its end.</summary>
    public static ToolResult Wait(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        // Lines with a tab are progress; whether there are any depends on how fast the machine is.
        string results = string.Join('\n', output.ReplaceLineEndings("\n").Split('\n').Where(l => !l.StartsWith('\t')));
        return new ToolResult(process.ExitCode, results, error.GetAwaiter().GetResult().ReplaceLineEndings("\n"));
    }
}
