namespace ModelBuild.Abstractions.Tests;

[TestClass]
public sealed class EquatableArrayTests
{
    [TestMethod]
    public void Compares_by_content()
    {
        Assert.AreEqual(new EquatableArray<string>(["a", "b"]), new EquatableArray<string>(["a", "b"]));
        Assert.AreEqual(new EquatableArray<string>(["a", "b"]).GetHashCode(), new EquatableArray<string>(["a", "b"]).GetHashCode());
        Assert.AreNotEqual(new EquatableArray<string>(["a", "b"]), new EquatableArray<string>(["b", "a"]));
        Assert.AreNotEqual(new EquatableArray<string>(["a"]), new EquatableArray<string>(["a", "b"]));
        Assert.AreEqual(default, new EquatableArray<string>([]));
        Assert.IsFalse(default(EquatableArray<string>).Equals(null));
    }
}
