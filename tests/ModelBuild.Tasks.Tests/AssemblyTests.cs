namespace ModelBuild.Tasks.Tests;

[TestClass]
public sealed class AssemblyTests
{
    [TestMethod]
    public void The_tasks_are_one_file_that_every_MSBuild_can_load()
    {
        string[] references = [.. typeof(RunModelTool).Assembly.GetReferencedAssemblies().Select(a => a.Name!).Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(new[] { "Microsoft.Build.Framework", "Microsoft.Build.Utilities.Core", "netstandard" }, references);
        Assert.IsNotEmpty(typeof(RunModelTool).Assembly.GetName().GetPublicKeyToken()!);
    }
}
