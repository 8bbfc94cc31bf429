using System.Reflection;
using System.Text.RegularExpressions;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.OnnxRuntime.Tests;

[TestClass]
public sealed partial class OrtApiTests
{
    [TestMethod]
    public unsafe void Every_function_has_the_place_that_the_header_gives_it()
    {
        string header = typeof(OrtApiTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "OnnxRuntimeHeader").Value!;
        string text = File.ReadAllText(header);
        text = text[text.IndexOf("\nstruct OrtApi {", StringComparison.Ordinal)..];
        text = Comment().Replace(text[..text.IndexOf("\n};", StringComparison.Ordinal)], "");
        string[] expected = [.. Member().Matches(text).Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Success ? "Release" + m.Groups[2].Value : m.Groups[3].Value)];

        // A table whose entries are their own places.
        nint[] table = [.. Enumerable.Range(0, expected.Length).Select(i => (nint)i)];
        OrtApi api;
        fixed (nint* t = table)
        {
            api = new OrtApi(t);
        }

        var fields = typeof(OrtApi).GetFields(BindingFlags.Public | BindingFlags.Instance);
        Assert.IsGreaterThan(60, fields.Length);
        foreach (var field in fields)
        {
            Assert.AreEqual(field.Name, expected[(nint)field.GetValue(api)!]);
        }
    }

    [GeneratedRegex(@"/\*.*?\*/|//[^\n]*", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"ORT_API2_STATUS\(\s*(\w+)|ORT_CLASS_RELEASE\(\s*(\w+)|\(\s*ORT_API_CALL\s*\*\s*(\w+)\s*\)")]
    private static partial Regex Member();
}
