using ModelBuild.Conformance.Engines;
using ModelBuild.Conformance.Formats;
using ModelBuild.Conformance.Models;

namespace ModelBuild.Conformance.Suite;

/// <summary>The verb <c>worker</c>: reads paths from standard input, one a line, and answers each with one marked line.</summary>
internal static class Worker
{
    /// <summary>Name of the job that checks files of any format.</summary>
    public const string FormatsJob = "formats";

    public static int Serve(string job)
    {
        Func<string, string> answer = job == FormatsJob
            ? FileChecker.Check
            : job.StartsWith(ModelsCommand.JobPrefix, StringComparison.Ordinal)
            ? For(job[ModelsCommand.JobPrefix.Length..], ModelChecker.Check)
            : For(job, CaseRunner.Run);
        while (Console.In.ReadLine() is { } path)
        {
            Console.Out.WriteLine(WorkerReply.Mark + answer(path));
            Console.Out.Flush();
        }

        return 0;
    }

    private static Func<string, string> For(string engine, Func<IConformanceEngine, string, string> answer)
    {
        IConformanceEngine found = EngineList.Find(engine) ?? throw new InvalidOperationException($"There is no engine '{engine}'.");
        return path => answer(found, path);
    }
}

/// <summary>The lines between runner and worker.</summary>
internal static class WorkerReply
{
    /// <summary>Starts an answer.</summary>
    public const string Mark = "\u0001result\t";

    public static string Format(Outcome outcome, string detail) => $"{outcome}\t{OneLine(detail)}";

    public static (Outcome Outcome, string Detail) Parse(string answer)
    {
        string[] parts = answer.Split('\t', 2);
        return (Enum.Parse<Outcome>(parts[0]), parts[1]);
    }

    /// <summary>A message without line ends and tabs.</summary>
    public static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ').Trim();
}
