using System.Diagnostics;

namespace ModelBuild.Conformance.Suite;

/// <summary>A process that answers one line with one line. When it dies or does not answer in time, the answer says so and the next question starts another.</summary>
/// <param name="job">What it does; see <see cref="Worker"/>.</param>
internal sealed class WorkerProcess(string job) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private Process? _process;
    private string _lastError = "";

    /// <summary>Asks about one file or folder.</summary>
    public string Ask(string question)
    {
        _process ??= Start();
        string? answer = null;
        try
        {
            _process.StandardInput.WriteLine(question);
            _process.StandardInput.Flush();
            var reading = ReadAnswer(_process);
            answer = reading.Wait(s_patience) ? reading.Result : null;
        }
        catch (IOException)
        {
            // It died before it took the question.
        }

        return answer ?? WorkerReply.Format(Outcome.Failed, Bury());
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(10_000))
            {
                _process.Kill();
            }

            _process.Dispose();
        }
    }

    // Native code may print to standard output too; answers are marked.
    private static async Task<string?> ReadAnswer(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith(WorkerReply.Mark, StringComparison.Ordinal))
            {
                return line[WorkerReply.Mark.Length..];
            }
        }

        return null;
    }

    private Process Start()
    {
        string program = typeof(WorkerProcess).Assembly.Location;
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        var start = new ProcessStartInfo(dotnet, ["exec", program, "worker", job])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A crash is an answer here, not something to collect.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        Locales.Provide(start);
        var process = Process.Start(start)!;
        _lastError = "";
        process.ErrorDataReceived += (_, e) => _lastError = string.IsNullOrWhiteSpace(e.Data) ? _lastError : e.Data.Trim();
        process.BeginErrorReadLine();
        return process;
    }

    private string Bury()
    {
        var process = _process!;
        _process = null;
        bool died = process.WaitForExit(2000);
        if (!died)
        {
            process.Kill();
            process.WaitForExit();
        }

        string text = died ? $"the process died with exit code {process.ExitCode}" : $"no answer within {s_patience.TotalMinutes:0} minutes";
        process.Dispose();
        return _lastError.Length > 0 ? $"{text}: {_lastError}" : text;
    }
}
