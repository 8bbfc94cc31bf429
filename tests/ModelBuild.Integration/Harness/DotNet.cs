using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelBuild.Integration.Harness;

/// <summary>What a program printed, and how it ended.</summary>
internal sealed partial record Outcome(string Command, int ExitCode, string Output)
{
    /// <summary>For messages: the last lines, without the ends of the very long ones.</summary>
    public string Shown => Command + "\n" + string.Join('\n', Output.Split('\n').TakeLast(60).Select(line => line.Length > 300 ? line[..300] + "..." : line));

    /// <summary>Fails the test unless the program ended with 0.</summary>
    public Outcome Succeeded()
    {
        Assert.AreEqual(0, ExitCode, Shown);
        return this;
    }

    /// <summary>Fails the test unless the program failed with this coded error, on one place of the output, and no other error.</summary>
    public Outcome FailedWith(string code)
    {
        Assert.AreNotEqual(0, ExitCode, Shown);
        string[] errors = [.. Output.Split('\n').Where(line => line.Contains(": error ", StringComparison.Ordinal)).Select(line => NodeNumber().Replace(line.Trim(), "")).Distinct()];
        Assert.HasCount(1, errors, Shown);
        Assert.Contains($": error {code}:", errors[0], Shown);
        Assert.DoesNotContain("   at ", Output, "A stack trace.");
        return this;
    }

    // MSBuild writes "1:7>" before a line, and the line once more in the summary without it.
    [GeneratedRegex(@"^\d+(:\d+)?>")]
    private static partial Regex NodeNumber();

    /// <summary>Whether MSBuild started the tool with a verb. Needs the normal verbosity.</summary>
    public bool RanTool(string verb) => ToolRuns(verb) > 0;

    /// <summary>How often MSBuild started the tool with a verb. Needs the normal verbosity.</summary>
    public int ToolRuns(string verb) => Regex.Count(Output, $"ModelBuild\\.Tool\\.dll\"? {verb} \"?@");
}

/// <summary>Runs the real <c>dotnet</c>, away from the environment of the test's own process.</summary>
internal static class DotNet
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs <c>dotnet</c> in a folder.</summary>
    public static async Task<Outcome> RunAsync(string directory, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        await RunProgramAsync("dotnet", directory, environment, arguments);

    /// <summary>Runs a program in a folder.</summary>
    public static async Task<Outcome> RunProgramAsync(string program, string directory, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using Process process = Start(program, directory, environment, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        return new Outcome(program + " " + string.Join(' ', arguments), process.ExitCode, await output + await error);
    }

    /// <summary>Starts a program without waiting for it.</summary>
    public static Process Start(string program, string directory, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        // The test runs inside "dotnet test", whose variables would reach the builds under test.
        foreach (string name in start.Environment.Keys.Where(IsOfTheHost).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static bool IsOfTheHost(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("MODELBUILD", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("DOTNET_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("TESTINGPLATFORM", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase) || name.Equals("NUGET_PACKAGES", StringComparison.OrdinalIgnoreCase);
}
