using System.Runtime.CompilerServices;

[assembly: TypeForwardedTo(typeof(ModelBuild.TensorElementType))]
