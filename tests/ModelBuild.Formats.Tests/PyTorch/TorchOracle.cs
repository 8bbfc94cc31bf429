using System.Diagnostics;

namespace ModelBuild.Formats.Tests.PyTorch;

/// <summary>PyTorch itself, where Debian's package (or any other) is installed.</summary>
internal static class TorchOracle
{
    private static readonly Lazy<string?> s_interpreter = new(() => new[] { "/usr/bin/python3", "python3", "python" }.FirstOrDefault(i => Run(i, "import torch", []).Code == 0));

    /// <summary>Runs Python code that may use torch; its arguments are in <c>sys.argv[1:]</c>.</summary>
    /// <returns>What it prints.</returns>
    public static string Run(string code, params string[] arguments)
    {
        if (s_interpreter.Value is not { } interpreter)
        {
            throw new AssertInconclusiveException("Skipped: python3 with torch is not installed.");
        }

        (int exit, string output, string error) = Run(interpreter, "import sys, torch\n" + code, arguments);
        Assert.AreEqual(0, exit, error);
        return output;
    }

    private static (int Code, string Output, string Error) Run(string interpreter, string code, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(interpreter, ["-c", code, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, "", "");
        }
    }
}
