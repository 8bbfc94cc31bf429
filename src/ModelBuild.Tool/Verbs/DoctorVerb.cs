using System.CommandLine;
using ModelBuild.Tool.Doctor;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary><c>modelbuild doctor [FILE]</c>: checks this machine and, when asked, a model.</summary>
internal static class DoctorVerb
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CancellationToken cancellationToken)
    {
        var options = new CommonOptions();
        var file = new Argument<string?>("FILE") { Description = "A model to check too.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("doctor", "Find out why a conversion fails, compression has no effect, deployment is slow or storage is short. Exit code 1 when there is a problem.") { file, options.Json };
        command.SetAction(result =>
        {
            List<Finding> findings = [.. EnvironmentChecks.Run()];
            if (result.GetValue(file) is { } path)
            {
                findings.AddRange(Waiting.While("Checking", false, () => new ModelChecks(path, cancellationToken).Run()));
            }

            if (result.GetValue(options.Json))
            {
                WriteJson(findings);
            }
            else
            {
                WriteText(findings);
            }

            return findings.Exists(f => f.Verdict == Verdict.Problem) ? ExitCode.CheckFailed : ExitCode.Done;
        });
        return command;
    }

    private static void WriteText(List<Finding> findings)
    {
        foreach (IGrouping<string, Finding> topic in findings.GroupBy(f => f.Topic))
        {
            Console.Out.WriteLine(char.ToUpperInvariant(topic.Key[0]) + topic.Key[1..]);
            foreach (Finding finding in topic)
            {
                string mark = finding.Verdict switch { Verdict.Ok => "ok     ", Verdict.Hint => "hint   ", _ => "PROBLEM" };
                Console.Out.WriteLine($"  {mark}  {finding.Text}");
                if (finding.Advice.Length > 0)
                {
                    Console.Out.WriteLine($"           {finding.Advice}");
                }
            }
        }
    }

    private static void WriteJson(List<Finding> findings) => JsonOutput.Write("doctor", w =>
    {
        w.WriteStartArray("findings");
        foreach (Finding finding in findings)
        {
            w.WriteStartObject();
            w.WriteString("topic", finding.Topic);
            w.WriteString("verdict", finding.Verdict.ToString().ToLowerInvariant());
            w.WriteString("text", finding.Text);
            w.WriteString("advice", finding.Advice);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });
}
