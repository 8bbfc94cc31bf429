using System.ComponentModel;
using System.Diagnostics;

namespace ModelBuild.Images;

/// <summary>Runs a Python script where Python and what the script imports are installed.</summary>
internal static class PythonOracle
{
    /// <summary>Standard output of the script, or null when no interpreter could run it because a module is missing.</summary>
    public static string? Run(string script, string input)
    {
        foreach (string interpreter in new[] { "/usr/bin/python3", "python3", "python" })
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(interpreter, [script])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!;
                Task<string> errors = process.StandardError.ReadToEndAsync();
                Task<string> output = process.StandardOutput.ReadToEndAsync();
                try
                {
                    process.StandardInput.Write(input);
                    process.StandardInput.Close();
                }
                catch (IOException)
                {
                    // The script ended before it read everything; its exit code says why.
                }

                process.WaitForExit();
                if (process.ExitCode == 0)
                {
                    return output.Result;
                }

                if (!errors.Result.Contains("ModuleNotFoundError", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException(errors.Result);
                }
            }
            catch (Win32Exception)
            {
                // Not installed under this name.
            }
        }

        return null;
    }
}
