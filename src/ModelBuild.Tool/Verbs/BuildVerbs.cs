using System.CommandLine;

namespace ModelBuild.Tool.Verbs;

/// <summary>Help for <c>describe</c> and <c>build</c>, which the program runs before this command line is loaded.</summary>
internal static class BuildVerbs
{
    /// <summary>Makes the command <c>describe</c>.</summary>
    public static Command CreateDescribe(CancellationToken cancellationToken) =>
        Create("describe", "Write the signatures that the source generator reads. Called by MSBuild.", file => Assets.DescribeCommand.Run(file, cancellationToken));

    /// <summary>Makes the command <c>build</c>.</summary>
    public static Command CreateBuild(CancellationToken cancellationToken) =>
        Create("build", "Convert and compress the models of a project. Called by MSBuild.", file => Building.BuildCommand.Run(file, cancellationToken));

    private static Command Create(string name, string description, Func<string, int> run)
    {
        var file = new Argument<string>("@file") { Description = "Arguments file; docs/architecture.md describes it." };
        file.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['@', _, ..] }])
            {
                return;
            }

            result.AddError($"'modelbuild {name}' takes one argument: @ and the path of an arguments file.");
        });
        var command = new Command(name, description) { file };
        command.SetAction(result => run(result.GetRequiredValue(file)[1..]));
        return command;
    }
}
